/** The element of the page with this id. Throws where it is missing, or of another kind. */
export function element<T extends Element>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} with the id '${id}'.`);
}

/** Sets the text of the element with this id. */
export function show(id: string, text: string): void {
  element(id, HTMLElement).textContent = text;
}
