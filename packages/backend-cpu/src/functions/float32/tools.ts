/** The least normal float32. */
export const LEAST_NORMAL = 2 ** -126;

/** Added to a float32 of moderate size it rounds that to a whole number, which the last bits of the sum show. */
export const ROUNDING = 1.5 * 2 ** 23;
