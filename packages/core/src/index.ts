export { grad, jvp, vjp } from './differentiate/derivatives.js';
export { type HessianModes, hessian, hvp, jacobian, type Mode } from './differentiate/jacobian.js';
export * from './errors.js';
export { type KernelAlone, kernelOf, type LoopAlone, loopOf } from './fusion/alone.js';
export { callingGraph, callOn } from './graph/calling.js';
export { Graph, type GraphOptions, type ShapeLike } from './graph/graph.js';
export { type Initialiser, isConstant, isInput, isState, type StateAttrs, type StateRole } from './graph/leaves.js';
export { Node, type Origin, type Region } from './graph/node.js';
export type { HostKernel, KernelContext, Kind, Lowering, Op, Typed } from './graph/op.js';
export { graphOf, nodeOf, type Operand } from './graph/operand.js';
export { asPublic } from './graph/public-call.js';
export { between, type Rule, reached, replace, replay } from './graph/replay.js';
export {
  type BinaryScalarOp,
  Builder,
  type Combine,
  type ComparisonOp,
  type Condition,
  Expr,
  identityOf,
  type ScalarOp,
  TRANSCENDENTAL,
  type UnaryScalarOp,
} from './loops/expression.js';
export { type Axis, flatten, Index, type IndexValue, type Term, unflatten } from './loops/indices.js';
export { type AccessHooks, interpretChecked, prepare } from './loops/interpret.js';
export { type Loop, type Nest, nestOf, type Row, type Stage, type Store } from './loops/loop.js';
export { Procedure, Value, type Variable } from './loops/procedure.js';
export { hasScalar, type LetOp, type ScalarFunction, scalarFunction, scalarLibrary } from './loops/scalar.js';
export {
  hasLanes,
  type Kernel,
  type KernelBuffer,
  LANES,
  type Operand as KernelOperand,
  PANELS_BYTES,
  type Stmt,
} from './loops/statement.js';
export { everyStatement, operandsOf } from './loops/walk.js';
export type { Backend, DeviceExecutable, Executable, HostExecutable, KernelRunner, Session, Target } from './machine/backend.js';
export { type CheckGradientsOptions, checkGradients } from './machine/check-gradients.js';
export type { DiffOptions } from './machine/diff.js';
export { Difference } from './machine/difference.js';
export { type EvaluateOptions, evaluate } from './machine/evaluate.js';
export type { Feeds } from './machine/feeds.js';
export { type GradientEntry, GradientReport } from './machine/gradient-report.js';
export {
  ArrayExecutable,
  type Block,
  type HostMemory,
  HostSession,
  type Linkable,
  type Linked,
  linkOther,
  type Prepare,
} from './machine/host-session.js';
export { interpreter, interpretTape } from './machine/interpreter.js';
export { type CompileOptions, type MachineOptions, TapeMachine } from './machine/machine.js';
export type { Memory } from './machine/memory.js';
export type { Profile, ProfileEntry } from './machine/profile.js';
export { Program } from './machine/program.js';
export type { Outputs, Results } from './machine/results.js';
export type { RunOptions } from './machine/runner.js';
export { readSafetensors, writeSafetensors } from './machine/safetensors.js';
export type { StepEvent } from './machine/step.js';
export { type Defaults, type Filled, optionsOf } from './options.js';
export { expand } from './passes/expand.js';
export { kernelOfProcedure, place } from './placement/place.js';
export { checkpoint } from './primitives/checkpoint.js';
export { type CompositeFunction, composite } from './primitives/composite.js';
export { customGradient, type GradientRules } from './primitives/custom-gradient.js';
export { type DefinedFunction, defineOp } from './primitives/define-op.js';
export * from './primitives/forms.js';
export {
  type CommonRules,
  common,
  differentiable,
  droppedShape,
  elementsOf,
  keptShape,
  lowerReduction,
  nodesOf,
  type OpFunction,
  promoted,
  type ReductionOptions,
  type ShapedRules,
  spread,
  withOp,
} from './primitives/rules.js';
export { stopGradient } from './primitives/stop-gradient.js';
export { where } from './primitives/where.js';
export { toDot } from './print/dot.js';
export { toMermaid } from './print/mermaid.js';
export type { Printable, PrintOptions } from './print/picture.js';
export { toText } from './print/text.js';
export type { PassOptions } from './tape/compile.js';
export type { Instruction, Named, Slot, Tape } from './tape/tape.js';
export type { Update } from './tape/updates.js';
export {
  addDims,
  type Bindings,
  bindDim,
  type Dim,
  DimExpression,
  type DimLike,
  dim,
  divideExactly,
  floorDivide,
  multiplyDims,
  namesOf,
  numberOf,
  quoteDim,
  sameDim,
  subtractDims,
} from './tensor/dim.js';
export {
  type ArrayTypes,
  arrayOf,
  bytesOf,
  castValue,
  DTYPES,
  type DType,
  exactIn,
  isFloat,
  isInteger,
  promote,
  rangeOf,
  type TypedArray,
  widens,
} from './tensor/dtype.js';
export {
  broadcastShapes,
  countOf,
  normaliseAxes,
  normaliseAxis,
  resolveReshape,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
  strides,
  toShape,
} from './tensor/shape.js';
export { type NestedArray, Tensor, type TensorLike, type TensorOptions, tensor } from './tensor/tensor.js';
