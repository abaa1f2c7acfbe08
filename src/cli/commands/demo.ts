/** stub. */
export const register = (): void => {};
