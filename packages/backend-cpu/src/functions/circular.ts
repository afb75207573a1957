import type { Procedure, Value } from '@tapegrad/core';
import type { FunctionOf } from './tools.js';

type Circular = 'sin' | 'cos' | 'tan';

/** An argument by the nearest multiple of π/2. */
export interface Turned {
  /** sin and cos of the distance from that multiple. */
  readonly sin: Value;
  readonly cos: Value;
  /** Which multiple it is: its last two bits tell. */
  readonly quadrant: Value;
  /** Is the argument too large for this? */
  readonly isHuge: Value;
}

/** What the circular functions of a dtype are made of. */
export interface Turning {
  readonly turned: (p: Procedure, x: Value) => Turned;
  /** The host's function, which answers where an argument is huge. */
  readonly exact: (op: Circular, x: Value) => Value;
}

function unlessHuge({ turned, exact }: Turning, op: Circular, plain: (turned: Turned, x: Value) => Value): FunctionOf {
  return (p, x) => {
    const parts = turned(p, x);
    const value = plain(parts, x);
    const result = p.variable(value);
    p.if(p.any(parts.isHuge), () => result.set(parts.isHuge.select(exact(op, x), value)));
    return result.value;
  };
}

/** The sine `turns` quarters of a turn further on. */
function sine({ sin, cos, quadrant }: Turned, turns: 0 | 1): Value {
  const at = quadrant.add(turns);
  const size = at.apply('bitAnd', 1).ne(0).select(cos, sin);
  return at.apply('bitAnd', 2).ne(0).select(size.apply('neg'), size);
}

/** −0 stays. */
export function sinBy(turning: Turning): FunctionOf {
  return unlessHuge(turning, 'sin', (turned, x) => x.eq(0).select(x, sine(turned, 0)));
}

export function cosBy(turning: Turning): FunctionOf {
  return unlessHuge(turning, 'cos', (turned) => sine(turned, 1));
}

/** sin/cos, or −cos/sin in every other quadrant. −0 stays. */
export function tanBy(turning: Turning): FunctionOf {
  return unlessHuge(turning, 'tan', ({ sin, cos, quadrant }, x) => {
    const odd = quadrant.apply('bitAnd', 1).ne(0);
    const tan = odd.select(cos.apply('neg'), sin).div(odd.select(sin, cos));
    return x.eq(0).select(x, tan);
  });
}
