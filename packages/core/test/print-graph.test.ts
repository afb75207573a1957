import { describe, expect, it } from 'vitest';
import { grad } from '../src/differentiate/derivatives.js';
import { Graph } from '../src/graph/graph.js';
import type { Node } from '../src/graph/node.js';
import { composite } from '../src/primitives/composite.js';
import { add, mul, sum } from '../src/primitives/forms.js';
import { toDot } from '../src/print/dot.js';
import { toMermaid } from '../src/print/mermaid.js';
import { toText } from '../src/print/text.js';

const meanSquare = composite<[Node]>('meanSquare', { define: (x) => mul(sum(mul(x, x)), 0.25) });

function trainingStep() {
  const graph = new Graph();
  const x = graph.input('x', [4]);
  const w = graph.parameter('w', [1, 2, 3, 4]);
  const loss = meanSquare(mul(x, w));
  const updates = [{ state: w, value: add(w, mul(-0.1, grad(loss, w))) }];
  return { graph, x, w, loss, updates };
}

describe('toText', () => {
  it('puts every node on a line, names leaves and writes constants where they are used', () => {
    const graph = new Graph();
    const x = graph.input('x', ['batch', 3]);
    expect(toText({ y: sum(add(mul(x, 2), -0), { axis: 1 }) })).toBe(
      [
        'x = input                float32 [batch, 3]',
        '%3 = mul(x, 2)           float32 [batch, 3]',
        '%6 = add(%3, -0)         float32 [batch, 3]',
        '%7 = sum(%6, axes: [1])  float32 [batch]',
        '',
        'outputs',
        'y = %7',
      ].join('\n'),
    );
  });

  it('groups what is forward, what are gradients and what serves the updates alone', () => {
    const { loss, updates } = trainingStep();
    expect(toText({ loss }, { updates })).toMatchInlineSnapshot(`
      "forward
      x = input             float32 [4]
      w = parameter         float32 [4]
      %2 = mul(x, w)        float32 [4]
      %3 = meanSquare(%2)   float32

      gradients
      %11 = mul(0.25, %2)   float32 [4]  (derivative of %3 meanSquare)
      %12 = add(%11, %11)   float32 [4]  (derivative of %3 meanSquare)
      %13 = mul(%12, x)     float32 [4]  (derivative of %2 mul)

      updates
      %16 = mul(-0.1, %13)  float32 [4]
      %17 = add(w, %16)     float32 [4]

      outputs
      loss = %3

      new state
      w <- %17"
    `);
  });

  it('shows the definition of a composite in its place when asked', () => {
    const { loss } = trainingStep();
    expect(toText(loss, { expand: true })).toMatchInlineSnapshot(`
      "x = input                float32 [4]
      w = parameter            float32 [4]
      %2 = mul(x, w)           float32 [4]
      %3 = mul(%2, %2)         float32 [4]  (in meanSquare)
      %4 = sum(%3, axes: [0])  float32  (in meanSquare)
      %6 = mul(%4, 0.25)       float32  (in meanSquare)"
    `);
  });

  it('prints all nodes of a graph, used or not, and arrays by their type', () => {
    const graph = new Graph({ dtype: 'float64' });
    graph.input('unused', []);
    const table = graph.constant([1, 2, 3]);
    graph.state('steps', 0, { dtype: 'int32' });
    expect(toText(graph)).toBe(['unused = input  float64', '%1 = constant   float64 [3]', 'steps = state   int32'].join('\n'));
    expect(toText(table)).toBe('%1 = constant  float64 [3]');
  });

  it('shows an output that is a single constant', () => {
    const graph = new Graph();
    expect(toText({ half: graph.constant(0.5) })).toBe(['%0 = constant(0.5)  float32', '', 'outputs', 'half = 0.5'].join('\n'));
  });
});

describe('toDot', () => {
  it('draws boxes with types, a small text for each use of a constant, and outputs', () => {
    const graph = new Graph();
    const x = graph.input('a "b" <c>\\', ['batch', 3]);
    expect(toDot({ y: mul(x, 2) })).toMatchInlineSnapshot(`
      "digraph {
        graph [fontname="Helvetica,Arial,sans-serif", fontsize=11, bgcolor=white, nodesep=0.3, ranksep=0.3]
        node [fontname="Helvetica,Arial,sans-serif", fontsize=11, shape=box, style="rounded,filled", penwidth=0.8, margin="0.2,0.06", height=0.3]
        edge [color="#64748b", penwidth=0.8, arrowsize=0.6]
        n0 [label="a \\"b\\" <c>\\\\\\nfloat32 [batch, 3]", fillcolor="#dbeafe", color="#2563eb"]
        n3 [label="mul\\nfloat32 [batch, 3]", fillcolor="#ffffff", color="#475569"]
        c3_1 [label="2", shape=plaintext, style="", height=0.2, margin=0]
        out0 [label="y", shape=ellipse, style=filled, fillcolor="#dcfce7", color="#15803d"]
        n3 -> out0
        n0 -> n3
        c3_1 -> n3
      }
      "
    `);
  });

  it('makes clusters of groups and of expanded composites', () => {
    const { loss, updates } = trainingStep();
    const clusters = toDot({ loss }, { updates, expand: true }).match(/subgraph \w+|label="\w+( \w+)?"/g);
    expect(clusters).toMatchInlineSnapshot(`
      [
        "subgraph cluster_forward",
        "label="forward"",
        "subgraph cluster_definition_3",
        "label="meanSquare"",
        "subgraph cluster_gradients",
        "label="gradients"",
        "subgraph cluster_updates",
        "label="updates"",
        "label="loss"",
        "label="new w"",
      ]
    `);
  });
});

describe('toMermaid', () => {
  it('draws subgraphs, styles and escaped names', () => {
    const graph = new Graph();
    const x = graph.input('a "b" #c', []);
    const w = graph.state('w', 1);
    const y = mul(x, w);
    expect(toMermaid({ y }, { updates: [{ state: w, value: add(w, y) }] })).toMatchInlineSnapshot(`
      "flowchart TD
        subgraph forward["forward"]
          n0["a #34;b#34; #35;c<br/>float32"]:::input
          n1["w<br/>float32"]:::state
          n2["mul<br/>float32"]:::op
        end
        subgraph updates["updates"]
          n3["add<br/>float32"]:::op
        end
        out0(["y"]):::output
        n2 --> out0
        new0(["new w"]):::state
        n3 --> new0
        n0 --> n2
        n1 --> n2
        n1 --> n3
        n2 --> n3
        classDef input fill:#dbeafe,stroke:#2563eb,color:#0f172a
        classDef state fill:#ffedd5,stroke:#c2410c,color:#0f172a
        classDef op fill:#ffffff,stroke:#475569,color:#0f172a
        classDef output fill:#dcfce7,stroke:#15803d,color:#0f172a
        style forward fill:#f8fafc,stroke:#64748b
        style updates fill:#fffbeb,stroke:#b45309
      "
    `);
  });
});
