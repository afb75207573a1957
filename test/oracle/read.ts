import { readFileSync } from 'node:fs';
import type { Oracle } from './format.js';

export function readOracle(file: string | URL = new URL('cases.json', import.meta.url)): Oracle {
  return JSON.parse(readFileSync(file, 'utf8')) as Oracle;
}
