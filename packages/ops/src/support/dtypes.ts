import { type DType, DtypeError, isFloat, isInteger, type Node, promoted } from '@tapegrad/core';

/** The dtype of a result, from its inputs; throws `DtypeError` where the op does not take theirs. */
type DTypeRule = (inputs: readonly Node[]) => DType;

function only(op: string, takes: (dtype: DType) => boolean, wants: string, cure: string): DTypeRule {
  return (inputs) => {
    const dtype = promoted(op, inputs);
    if (!takes(dtype)) throw new DtypeError(`${op}: got ${dtype}, wants ${wants}. ${cure}`, { op });
    return dtype;
  };
}

/** For ops on floats alone: exp and its like. */
export function floats(op: string): DTypeRule {
  return only(op, isFloat, 'float32 or float64', "Cast it first: cast(x, 'float32').");
}

/** For ops on anything that is a number. */
export function numbers(op: string): DTypeRule {
  return only(op, (dtype) => dtype !== 'bool', 'numbers', "Cast it first: cast(x, 'int32').");
}

/** For ops on bits. */
export function integers(op: string): DTypeRule {
  return only(op, isInteger, 'int32 or uint32', "Cast it first: cast(x, 'int32').");
}

/** For logic. */
export function bools(op: string): DTypeRule {
  return only(op, (dtype) => dtype === 'bool', 'bool', 'Compare it first: ne(x, 0).');
}
