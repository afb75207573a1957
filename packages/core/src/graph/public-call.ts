import { Site, TapegradError } from '../errors.js';

let place: Site | null = null;
let called: string | null = null;

/** Runs `call` on behalf of a place in the user's program: nodes made inside are of that place, and errors end with it. */
export function onBehalfOf<T>(site: Site, call: () => T): T {
  const outer = place;
  place = site;
  try {
    return call();
  } catch (error) {
    if (error instanceof TapegradError) error.locate(site);
    throw error;
  } finally {
    place = outer;
  }
}

/**
 * Runs the body of a public function `entry`. The outermost one captures the place from which the user called it, once; those that it
 * calls in turn share that place.
 */
export function publicCall<T>(entry: CallableFunction, body: (site: Site) => T): T {
  if (place) return body(place);
  const site = Site.capture(entry);
  called = entry.name;
  try {
    return onBehalfOf(site, () => body(site));
  } finally {
    called = null;
  }
}

/** The name of the public function that the user is calling, if one is. */
export function calledFunction(): string | null {
  return called;
}

/**
 * `call` as a public function: nodes made inside, and errors thrown there, say from which place the user called the outermost one.
 *
 * @example
 * const double = asPublic('double', (number: Operand): Node => mul(number, 2));
 * console.log(double(x).op.name); // mul
 */
/* @__NO_SIDE_EFFECTS__ */
export function asPublic<A extends readonly unknown[], R>(name: string, call: (...args: A) => R): (...args: A) => R {
  const entry = (...args: A): R => publicCall(entry, () => call(...args));
  return Object.defineProperty(entry, 'name', { value: name });
}

/**
 * Runs the body of a public function `entry` that makes no nodes and is called often: the place is captured only where an error needs it.
 */
export function answering<T>(entry: CallableFunction, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw withPlace(error, entry);
  }
}

/** The error, ending with the place from which `entry` was called. */
export function withPlace(error: unknown, entry: CallableFunction): unknown {
  return error instanceof TapegradError ? error.locate(place ?? Site.capture(entry)) : error;
}
