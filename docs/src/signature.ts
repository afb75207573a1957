import ts from 'typescript';

export interface Option {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

/** How something is called, as people would write it, one line for each way, and the options that it takes. */
export interface Signature {
  readonly text: string;
  readonly options: readonly Option[];
}

interface Parameter {
  /** Missing where the code destructures it, or the type gives none. */
  readonly name: string | undefined;
  readonly type: ts.Type;
  /** A rest parameter has the type of its elements. */
  readonly mark: '' | '?' | '...';
}

/** The signatures of a function. Operands that its type leaves without names take those of a call: `gelu(x)`. */
export function signatureOf(checker: ts.TypeChecker, type: ts.Type, name: string, call: string): Signature {
  const given = argumentsOf(name, call);
  const ways = type.getCallSignatures().map((signature) => {
    const parameters = signature
      .getParameters()
      .flatMap((parameter) => parametersOf(checker, parameter))
      .filter((parameter) => isNotEmpty(checker, parameter));
    return { parameters, result: plain(checker.typeToString(signature.getReturnType())) };
  });
  const lines = ways.map(({ parameters, result }) => {
    const written = parameters.map((parameter, i) => {
      const { mark } = parameter;
      const known = parameter.name ?? (optionsOf(checker, parameter).length > 0 ? 'options' : (given[i] ?? `operand${i}`));
      const type = typeText(checker, parameter.type);
      return mark === '...' ? `...${known}: ${type}[]` : `${known}${mark}: ${type}`;
    });
    return `${name}(${written.join(', ')}): ${result}`;
  });
  const last = ways.flatMap(({ parameters }) => parameters.slice(-1))[0];
  return { text: lines.join('\n'), options: last ? optionsOf(checker, last) : [] };
}

/** The parameters that one of a signature stands for: a rest parameter whose type is a tuple stands for several. */
function parametersOf(checker: ts.TypeChecker, parameter: ts.Symbol): Parameter[] {
  const type = checker.getTypeOfSymbol(parameter);
  const declaration = parameter.valueDeclaration;
  const declared = declaration && ts.isParameter(declaration) ? declaration : undefined;
  if (checker.isTupleType(type) && (declared === undefined || declared.dotDotDotToken)) return elementsOf(checker, type);
  const isOptional = declared?.questionToken !== undefined || declared?.initializer !== undefined;
  const isNamed = declared === undefined || ts.isIdentifier(declared.name);
  return [{ name: isNamed ? parameter.name : undefined, type, mark: isOptional ? '?' : '' }];
}

function elementsOf(checker: ts.TypeChecker, type: ts.Type): Parameter[] {
  const { target } = type as ts.TupleTypeReference;
  return checker.getTypeArguments(type as ts.TypeReference).map((element, i) => {
    const flags = target.elementFlags[i]!;
    const name = target.labeledElementDeclarations?.[i]?.name;
    return {
      name: name && ts.isIdentifier(name) ? name.text : undefined,
      type: element,
      mark: flags & ts.ElementFlags.Rest ? '...' : flags & ts.ElementFlags.Optional ? '?' : '',
    };
  });
}

/** The options of an op that has none. */
function isNotEmpty(checker: ts.TypeChecker, { type }: Parameter): boolean {
  return typeText(checker, type) !== 'Record<never, never>';
}

/** The arguments of a call that are plain names, by position. */
function argumentsOf(name: string, call: string): readonly (string | undefined)[] {
  const source = ts.createSourceFile('call.ts', call, ts.ScriptTarget.Latest, true);
  const found: (string | undefined)[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText().split('.').at(-1) === name) {
      found.push(...node.arguments.map((argument) => (ts.isIdentifier(argument) ? argument.text : undefined)));
    } else ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function plain(type: string): string {
  return type.replaceAll('Node<unknown>', 'Node').replaceAll('keyof ArrayTypes', 'DType').replaceAll('"', "'");
}

function typeText(checker: ts.TypeChecker, type: ts.Type): string {
  return plain(checker.typeToString(checker.getNonNullableType(type), undefined, ts.TypeFormatFlags.NoTruncation));
}

/** The properties of a plain object type; none for operands, shapes and the like. */
function optionsOf(checker: ts.TypeChecker, parameter: Parameter): Option[] {
  const type = checker.getNonNullableType(parameter.type);
  const isPlain = (type.flags & ts.TypeFlags.Object) !== 0 && type.getCallSignatures().length === 0;
  if (!isPlain || type.isClass() || checker.isArrayType(type) || checker.isTupleType(type)) return [];
  return type.getProperties().map((property) => ({
    name: property.name,
    type: typeText(checker, checker.getTypeOfSymbol(property)),
    text: ts.displayPartsToString(property.getDocumentationComment(checker)),
  }));
}
