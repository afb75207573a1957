import { Graph } from '@tapegrad/core';
import { type Backend, interpreter, js, TapeMachine, wasm } from 'tapegrad';
import type { Offered } from './messages.js';

interface Offer extends Offered {
  open(): Backend;
}

const OFFERS: readonly Offer[] = [
  { name: 'js', open: () => js() },
  { name: 'wasm', open: () => wasm() },
  { name: 'interpreter', open: () => interpreter(), note: 'some seconds a step' },
];

/** The backends that the page lets its user choose from. */
export const OFFERED: readonly Offered[] = OFFERS.map(({ open: _, ...offered }) => offered);

/** The one that tapegrad takes where none is asked for. */
export const DEFAULT_BACKEND: string = new TapeMachine(new Graph()).backend;

/** Opens one of those by its name. */
export function openBackend(name: string): Backend {
  const offer = OFFERS.find((each) => each.name === name);
  if (!offer) throw new Error(`There is no backend '${name}'; there are ${OFFERS.map((each) => each.name).join(', ')}.`);
  return offer.open();
}
