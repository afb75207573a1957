/**
 * A page with what stands between `<!-- measured: name -->` and `<!-- end -->` replaced, for each of the names. Throws where the page has no
 * such part.
 */
export function withParts(page: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, content]) => {
    const part = new RegExp(`(<!-- measured: ${name} -->\n)[\\s\\S]*?(<!-- end -->)`);
    if (!part.test(text)) throw new Error(`The page has no part <!-- measured: ${name} --> … <!-- end -->.`);
    return text.replace(part, (_, begin: string, end: string) => `${begin}\n${content.trim()}\n\n${end}`);
  }, page);
}
