import type { KernelBuffer, Operand, Stmt } from './statement.js';

/** A number as text that tells −0 from 0. */
export function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/**
 * The text of a kernel, one statement a line, with locals numbered in the order in which they appear: kernels that compute the same in the
 * same way have the same text.
 */
export function canonicalText(
  body: readonly Stmt[],
  buffers: readonly KernelBuffer[],
  panels: readonly KernelBuffer[] = [],
): string {
  const own = panels.map(({ dtype, length }) => `${dtype}*${length}`);
  const lines = [[...buffers.map(({ dtype }) => dtype), ...own].join(' ')];
  const numbers = new Map<number, number>();
  const local = (to: number): string => {
    let number = numbers.get(to);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(to, number);
    }
    return `%${number}`;
  };
  const show = (operand: Operand): string => {
    return 'local' in operand ? local(operand.local) : numberText(operand.literal);
  };
  const cell = (buffer: number, index: Operand, offset: number): string =>
    `#${buffer}[${show(index)}${offset ? ` + ${offset}` : ''}]`;
  const wide = (statement: { readonly lanes?: true }): string => (statement.lanes ? ' lanes' : '');
  const write = (statements: readonly Stmt[], indent: string): void => {
    for (const statement of statements) {
      switch (statement.kind) {
        case 'let': {
          const { op, args, type } = statement;
          lines.push(`${indent}${local(statement.to)} = ${op} ${args.map(show).join(' ')} ${type}${wide(statement)}`);
          break;
        }
        case 'variable':
          lines.push(`${indent}var ${local(statement.to)} = ${show(statement.value)} ${statement.type}${wide(statement)}`);
          break;
        case 'set':
          lines.push(`${indent}${local(statement.to)} := ${show(statement.value)}`);
          break;
        case 'load':
          lines.push(
            `${indent}${local(statement.to)} = ${cell(statement.buffer, statement.index, statement.offset)}${wide(statement)}${
              statement.pattern ? ` ${statement.pattern.join()}` : ''
            }`,
          );
          break;
        case 'store': {
          const { buffer, index, offset, value, accumulate } = statement;
          lines.push(`${indent}${cell(buffer, index, offset)} ${accumulate ? '+=' : '='} ${show(value)}${wide(statement)}`);
          break;
        }
        case 'fill':
          lines.push(`${indent}#${statement.buffer}[..] = ${statement.value}`);
          break;
        case 'for':
          lines.push(`${indent}for ${local(statement.to)} < ${show(statement.count)}${statement.parallel ? ' parallel' : ''}`);
          write(statement.body, `${indent} `);
          break;
        case 'if':
          lines.push(`${indent}if ${show(statement.condition)}`);
          write(statement.body, `${indent} `);
          if (statement.otherwise.length > 0) {
            lines.push(`${indent}else`);
            write(statement.otherwise, `${indent} `);
          }
      }
    }
  };
  write(body, '');
  return lines.join('\n');
}
