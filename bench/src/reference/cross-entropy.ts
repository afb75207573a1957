/** The mean of −log softmax(logits)[label] over the rows, and its gradient with respect to the logits. */
export function crossEntropy(logits: Float64Array, labels: Int32Array): { loss: number; gradient: Float64Array } {
  const rows = labels.length;
  const classes = logits.length / rows;
  const gradient = new Float64Array(logits.length);
  let loss = 0;
  for (let r = 0; r < rows; r++) {
    const row = logits.subarray(r * classes, (r + 1) * classes);
    const highest = Math.max(...row);
    const total = row.reduce((sum, z) => sum + Math.exp(z - highest), 0);
    loss += (highest + Math.log(total) - row[labels[r]!]!) / rows;
    for (let c = 0; c < classes; c++)
      gradient[r * classes + c] = (Math.exp(row[c]! - highest) / total - (c === labels[r] ? 1 : 0)) / rows;
  }
  return { loss, gradient };
}
