import { type Kernel, type KernelOperand as Operand, operandsOf, type Stmt } from '@tapegrad/core';

type Range = readonly [number, number];

/** What a printer must know before it writes: which locals are the same value, where each is used, and which integers are small. */
export interface Survey {
  /** The operand that a local is another name of. */
  resolve(operand: Operand): Operand;
  /** Is it used once, in the list of statements that defines it? */
  isUsedOnceIn(local: number, list: readonly Stmt[]): boolean;
  isUsed(local: number): boolean;
  /** Is it a variable that one `if`, which computes nothing else, may set to another value? */
  isChoice(variable: number): boolean;
  /** Bounds of an int32, where they are known to be never negative. */
  rangeOf(operand: Operand): Range | null;
}

/** Reads a kernel through once. */
export function survey(kernel: Kernel): Survey {
  const uses = new Map<number, { count: number; list: readonly Stmt[] }>();
  const aliases = new Map<number, Operand>();
  const variables = new Map<number, readonly Stmt[]>();
  const choices = new Set<number>();
  const set = new Set<number>();
  const ranges = new Map<number, Range>();
  const resolve = (operand: Operand): Operand => {
    const alias = 'local' in operand ? aliases.get(operand.local) : undefined;
    if (!alias) return operand;
    return 'local' in alias ? { local: alias.local, type: operand.type } : { literal: alias.literal, type: operand.type };
  };
  const rangeOf = (operand: Operand): Range | null => {
    const known = resolve(operand);
    if ('local' in known) return ranges.get(known.local) ?? null;
    return known.type === 'int32' && known.literal >= 0 ? [known.literal, known.literal] : null;
  };
  const use = (list: readonly Stmt[], ...operands: readonly Operand[]): void => {
    for (const operand of operands.map(resolve)) {
      if (!('local' in operand)) continue;
      const known = uses.get(operand.local);
      if (known) known.count++;
      else uses.set(operand.local, { count: 1, list });
    }
  };
  const visitLet = (statement: Extract<Stmt, { kind: 'let' }>, list: readonly Stmt[]): void => {
    const [first] = statement.args.map(resolve) as [Operand];
    if (isRenaming(statement) && !('local' in first && variables.has(first.local))) {
      aliases.set(statement.to, first);
      return;
    }
    use(list, ...statement.args);
    if (statement.type !== 'int32') return;
    const range = rangeAfter(statement.op, statement.args.map(rangeOf));
    if (range) ranges.set(statement.to, range);
  };
  /** The variable that an `if` sets and does nothing else, where nothing has read or set it before. */
  const chosenBy = ({ body, otherwise }: Extract<Stmt, { kind: 'if' }>, list: readonly Stmt[]): number | null => {
    const last = body.at(-1);
    const computes = body.slice(0, -1).every(({ kind }) => kind === 'let' || kind === 'load');
    if (last?.kind !== 'set' || !computes || otherwise.length > 0) return null;
    return variables.get(last.to) === list && !set.has(last.to) ? last.to : null;
  };
  const visit = (list: readonly Stmt[]): void => {
    for (const statement of list) {
      if (statement.kind === 'let') {
        visitLet(statement, list);
        continue;
      }
      use(list, ...operandsOf(statement));
      switch (statement.kind) {
        case 'variable':
          variables.set(statement.to, list);
          break;
        case 'set':
          if (set.has(statement.to)) choices.delete(statement.to);
          set.add(statement.to);
          break;
        case 'for': {
          const count = rangeOf(statement.count);
          if (count) ranges.set(statement.to, [0, Math.max(count[1] - 1, 0)]);
          visit(statement.body);
          break;
        }
        case 'if': {
          const chosen = chosenBy(statement, list);
          visit(statement.body);
          if (chosen !== null && !uses.has(chosen)) choices.add(chosen);
          visit(statement.otherwise);
        }
      }
    }
  };
  visit(kernel.body);
  return {
    resolve,
    rangeOf,
    isChoice: (variable) => choices.has(variable),
    isUsed: (local) => uses.has(local),
    isUsedOnceIn: (local, list) => uses.get(local)?.count === 1 && uses.get(local)?.list === list,
  };
}

/** In JavaScript every float32 and every integer is a float64 already. */
function isRenaming({ op, type, args }: Extract<Stmt, { kind: 'let' }>): boolean {
  return op === 'copy' || (op === 'cast' && (type === args[0]!.type || (type === 'float64' && args[0]!.type !== 'bool')));
}

function rangeAfter(op: string, args: readonly (Range | null)[]): Range | null {
  const [a, b] = args;
  if (!a || !b) return null;
  const range = combined(op, a, b);
  return range && range[0] >= 0 && range[1] <= 0x7fffffff ? range : null;
}

function combined(op: string, a: Range, b: Range): Range | null {
  switch (op) {
    case 'add':
      return [a[0] + b[0], a[1] + b[1]];
    case 'sub':
      return [a[0] - b[1], a[1] - b[0]];
    case 'mul':
      return [a[0] * b[0], a[1] * b[1]];
    case 'div':
      return b[0] > 0 ? [0, a[1]] : null;
    case 'rem':
      return b[0] > 0 ? [0, b[1] - 1] : null;
    case 'min':
      return [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
    case 'max':
      return [Math.max(a[0], b[0]), Math.max(a[1], b[1])];
    default:
      return null;
  }
}
