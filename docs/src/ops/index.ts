import type { Group } from '../sample.js';
import { activations } from './activations.js';
import { arithmetic } from './arithmetic.js';
import { draws } from './draws.js';
import { functions } from './functions.js';
import { indexing } from './indexing.js';
import { logic } from './logic.js';
import { losses } from './losses.js';
import { networks } from './networks.js';
import { products } from './products.js';
import { reductions } from './reductions.js';
import { shapes } from './shapes.js';
import { unlisted } from './unlisted.js';

const listed: readonly Group[] = [
  arithmetic,
  functions,
  activations,
  logic,
  reductions,
  shapes,
  indexing,
  products,
  networks,
  losses,
  draws,
];

/** All ops, grouped as their pages are. */
export const groups: readonly Group[] = [...listed, ...unlisted(listed)];
