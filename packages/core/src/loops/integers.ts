/** The rest of a / n in [0, n), for n > 0, never -0. */
export function floorMod(a: number, n: number): number {
  const rest = a % n;
  return rest < 0 ? rest + n : rest + 0;
}

/** The floor of a / n, for n > 0, exact for safe integers. */
export function floorDiv(a: number, n: number): number {
  return (a - floorMod(a, n)) / n;
}

const divisorsOf = new Map<number, readonly number[]>();

/** The divisors of n but 1 and n, falling. Above 2^32 a few may be missing, which costs a simplification and no more. */
export function properDivisors(n: number): readonly number[] {
  let known = divisorsOf.get(n);
  if (known) return known;
  const small: number[] = [];
  for (let d = 2; d * d <= n && d < 65536; d++) if (n % d === 0) small.push(d);
  known = [...small.map((d) => n / d), ...small.reverse().filter((d) => d * d !== n)];
  divisorsOf.set(n, known);
  return known;
}
