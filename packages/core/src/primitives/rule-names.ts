import { refuseOthers } from '../options.js';
import type { CommonRules, ShapedRules } from './rules.js';

/** A set of names, of which the compiler asks for all. */
type Names<K extends PropertyKey> = Readonly<Record<K, true>>;

const COMMON: Names<keyof CommonRules<never>> = {
  dtype: true,
  cost: true,
  unique: true,
  simplify: true,
  stabilise: true,
  stabiliseUse: true,
  kernels: true,
};
const SHAPED: Names<keyof ShapedRules<never>> = {
  shape: true,
  lower: true,
  procedure: true,
  target: true,
  unordered: true,
  kind: true,
  ...COMMON,
};

const RULES = {
  unary: { partial: true, lower: true, ...COMMON },
  binary: { partials: true, lower: true, ...COMMON },
  linear: { adjoint: true, ...SHAPED },
  multilinear: { adjoint: true, ...SHAPED },
  general: { jvp: true, vjp: true, ...SHAPED },
  composite: { define: true, infer: true, defaults: true, ...COMMON },
} as const;

/** The forms of ops. */
export type Form = keyof typeof RULES;

/** Refuses what is no rule of this form, such as a misspelt one, which would be ignored. Throws `OptionError`, which lists all. */
export function checkRules(form: Form, name: string, rules: object): void {
  refuseOthers(`${form}: ${name}`, rules, Object.keys(RULES[form]), { what: 'rule', op: name });
}

/** The same for a definition, of which `kind` says the form and `form` what is a form's `kind`. */
export function checkDefinition(form: Form, name: string, definition: object): void {
  const rules: object = RULES[form];
  const own = 'shape' in rules ? ['form', 'defaults'] : [];
  const names = ['name', 'kind', ...Object.keys(rules).filter((rule) => rule !== 'kind'), ...own];
  refuseOthers(`defineOp: ${name}`, definition, names, { what: 'rule', op: name });
}
