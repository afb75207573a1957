import ts from 'typescript';
import { exportsOf } from '../../docs/src/docstrings.js';

/** A way to call something with an object of optional or named settings. */
export interface OptionedCall {
  /** `conv2d`, `new Graph`, `Program.run` or `Tensor.from`. */
  readonly name: string;
  readonly kind: 'function' | 'class' | 'method' | 'static';
  readonly of: string;
  readonly member: string;
  /** For each parameter before the options, whether it is a list. */
  readonly before: readonly boolean[];
  /** The names that the type has. */
  readonly options: readonly string[];
}

/** All calls with options of what a file exports. The types say which parameters are options: plain objects of named settings. */
export function optionedCalls(program: ts.Program, path: string): OptionedCall[] {
  const checker = program.getTypeChecker();
  return exportsOf(program, path)
    .filter(({ isValue }) => isValue)
    .flatMap(({ name, target }) => {
      const type = checker.getTypeOfSymbol(target);
      const called = callsOf(type.getCallSignatures(), { name, kind: 'function', of: name, member: '' });
      const made = type.getConstructSignatures();
      if (made.length === 0) return called;
      const methods = checker.getDeclaredTypeOfSymbol(target).getProperties();
      return [
        ...callsOf(made, { name: `new ${name}`, kind: 'class', of: name, member: '' }),
        ...methodsOf(methods, name, 'method'),
        ...methodsOf(type.getProperties(), name, 'static'),
      ];
    });

  function methodsOf(members: readonly ts.Symbol[], of: string, kind: 'method' | 'static'): OptionedCall[] {
    return members.filter(isPublic).flatMap((member) => {
      const signatures = checker.getTypeOfSymbol(member).getCallSignatures();
      return callsOf(signatures, { name: `${of}.${member.name}`, kind, of, member: member.name });
    });
  }

  function callsOf(signatures: readonly ts.Signature[], call: Omit<OptionedCall, 'before' | 'options'>): OptionedCall[] {
    return signatures.flatMap((signature) => {
      const parameters = signature.parameters.flatMap(typesOf);
      return parameters.flatMap((type, i) =>
        isOptions(type)
          ? [{ ...call, before: parameters.slice(0, i).map(isList), options: type.getProperties().map((each) => each.name) }]
          : [],
      );
    });
  }

  /** The types of a parameter, several of a rest parameter, without undefined. */
  function typesOf(parameter: ts.Symbol): ts.Type[] {
    const type = checker.getTypeOfSymbol(parameter);
    const { valueDeclaration } = parameter;
    const isRest = valueDeclaration && ts.isParameter(valueDeclaration) && valueDeclaration.dotDotDotToken;
    const types = isRest && checker.isTupleType(type) ? checker.getTypeArguments(type as ts.TypeReference) : [type];
    return types.map((each) => checker.getNonNullableType(each));
  }

  function isList(type: ts.Type): boolean {
    return (type.isUnion() ? type.types : [type]).every((each) => checker.isArrayLikeType(each) || checker.isTupleType(each));
  }

  function isOptions(type: ts.Type): boolean {
    const isObject = (type.flags & ts.TypeFlags.Object) !== 0 || type.isIntersection();
    const isFunction = type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0;
    if (!isObject || isFunction || isList(type) || checker.getIndexInfosOfType(type).length > 0) return false;
    const settings = type.getProperties();
    return settings.length > 0 && settings.every((each) => each.declarations?.every(ts.isPropertySignature));
  }
}

/** Is this for users to call, and of ours? */
function isPublic({ name, valueDeclaration }: ts.Symbol): boolean {
  if (name.startsWith('#') || !valueDeclaration?.getSourceFile().fileName.includes('/packages/')) return false;
  return (ts.getCombinedModifierFlags(valueDeclaration) & ts.ModifierFlags.Private) === 0;
}
