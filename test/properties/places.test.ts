import { it } from 'vitest';
import { checkPlaces } from './places.js';

it('writes values where they go, or copies them there', () => checkPlaces({ numRuns: 20, seed: 3 }));
