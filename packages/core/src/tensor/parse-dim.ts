import { ShapeError } from '../errors.js';
import { addDims, type Dim, floorDivide, multiplyDims, nameDim, subtractDims } from './polynomial.js';

const TOKEN = /\s*([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[-+*/()])/y;
const NAME = /^[A-Za-z_]/;
const NUMBER = /^[0-9]+$/;

/**
 * Reads a name, or arithmetic on names in the spelling in which expressions print: sums, products, parentheses and
 * `floor(product/number)`. Throws `ShapeError` on anything else.
 */
export function parseDim(text: string): Dim {
  const fail = (): never => {
    throw new ShapeError(
      `'${text}' is no dim: write a name such as 'batch', or arithmetic on names such as 'batch*seq', 'seq - 1' or 'floor((h + 1)/2)'.`,
    );
  };
  const tokens = tokenise(text) ?? fail();
  let at = 0;
  const take = (token: string): boolean => {
    if (tokens[at] !== token) return false;
    at++;
    return true;
  };
  const expect = (token: string): void => {
    if (!take(token)) fail();
  };

  const sum = (): Dim => {
    let total = take('-') ? multiplyDims(-1, product()) : product();
    for (;;) {
      if (take('+')) total = addDims(total, product());
      else if (take('-')) total = subtractDims(total, product());
      else return total;
    }
  };
  const product = (): Dim => {
    let total = factor();
    while (take('*')) total = multiplyDims(total, factor());
    return total;
  };
  const factor = (): Dim => {
    if (take('(')) {
      const inner = sum();
      expect(')');
      return inner;
    }
    const token = tokens[at++] ?? fail();
    if (NUMBER.test(token)) return Number(token);
    if (!NAME.test(token)) fail();
    return token === 'floor' && take('(') ? floor() : nameDim(token);
  };
  const floor = (): Dim => {
    const over = product();
    expect('/');
    const by = Number(tokens[at++]);
    expect(')');
    return by >= 1 ? floorDivide(over, by) : fail();
  };

  const result = sum();
  return at === tokens.length ? result : fail();
}

function tokenise(text: string): string[] | null {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    tokens.push(match[1] as string);
    if (TOKEN.lastIndex === text.length) return tokens;
  }
  return null;
}
