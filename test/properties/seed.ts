import fc from 'fast-check';
import { beforeAll } from 'vitest';

/** What random tests start from, the same in every run unless TAPEGRAD_SEED says otherwise: a whole number, or `random`. */
const asked = process.env.TAPEGRAD_SEED ?? '1';
const seed = asked === 'random' ? Date.now() % 2 ** 31 : Number(asked);
if (!Number.isInteger(seed)) throw new Error(`TAPEGRAD_SEED is '${asked}'; give a whole number, or 'random'.`);

beforeAll(() => fc.configureGlobal({ ...fc.readConfigureGlobal(), seed }));
