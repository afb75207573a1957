import { type Group, sample, whole } from '../sample.js';

const pair = { x: [1, 2, 3], y: [3, 2, 1] };
const bools = { x: [false, false, true, true], y: [false, true, false, true] };
const bits = { x: whole([12, 7, -1]), y: whole([10, 1, 4]) };

export const logic: Group = {
  title: 'Comparisons, logic and bits',
  about: 'Comparisons give bools. Nothing here carries a derivative, but for the two branches of `where`.',
  ops: {
    eq: sample('eq(x, y)', pair),
    ne: sample('ne(x, y)', pair),
    lt: sample('lt(x, y)', pair),
    le: sample('le(x, y)', pair),
    gt: sample('gt(x, y)', pair),
    ge: sample('ge(x, y)', pair),
    isNaN: sample('isNaN(div(x, 0))', { x: [-1, 0, 1] }),
    isFinite: sample('isFinite(div(1, x))', { x: [-1, 0, 1] }),
    where: sample('where(condition, a, b)', { condition: [true, false, true], a: [1, 2, 3], b: [10, 20, 30] }),
    and: sample('and(x, y)', bools),
    or: sample('or(x, y)', bools),
    xor: sample('xor(x, y)', bools),
    not: sample('not(x)', { x: [false, true] }),
    bitAnd: sample('bitAnd(x, y)', bits),
    bitOr: sample('bitOr(x, y)', bits),
    bitXor: sample('bitXor(x, y)', bits),
    bitNot: sample('bitNot(x)', { x: whole([0, 1, -1]) }),
    shiftLeft: sample('shiftLeft(x, y)', bits),
    shiftRight: sample('shiftRight(x, y)', bits),
  },
};
