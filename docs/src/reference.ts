import {
  Application,
  CommentTag,
  type Context,
  Converter,
  type DocumentReflection,
  OptionDefaults,
  type ProjectReflection,
  ReflectionKind,
} from 'typedoc';
import { MODULES } from './docstrings.js';
import { groups } from './ops/index.js';

export interface ReferenceOptions {
  readonly root: string;
  /** The Markdown page that leads to those of the ops. */
  readonly index: string;
  readonly out: string;
}

/** Builds the pages of the packages with TypeDoc, from their sources, and those of the ops beside them. Throws where a link leads nowhere. */
export async function buildReference({ root, index, out }: ReferenceOptions): Promise<void> {
  const application = await Application.bootstrap({
    name: 'tapegrad',
    entryPoints: Object.values(MODULES).map((path) => `${root}${path}`),
    tsconfig: `${root}docs/tsconfig.reference.json`,
    readme: `${root}docs/src/welcome.md`,
    projectDocuments: [index],
    customCss: `${root}docs/src/reference.css`,
    out,
    blockTags: [...OptionDefaults.blockTags, '@formula', '@derivative'],
    disableSources: true,
    excludePrivate: true,
    githubPages: false,
    hideGenerator: true,
    sortEntryPoints: false,
    groupOrder: ['Documents', 'Modules', 'Classes', ...groups.map(({ title }) => title), 'Functions', '*'],
    headings: { readme: false, document: true },
    navigation: { includeGroups: true, excludeReferences: true },
    searchInComments: true,
    searchInDocuments: true,
    searchGroupBoosts: { Documents: 2 },
    validation: { invalidLink: true, invalidPath: true, notExported: false, notDocumented: false },
    treatWarningsAsErrors: true,
  });
  application.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }: Context) => {
    nameModules(project);
    leadToPages(project);
    withoutMethods(project);
  });
  const project = await application.convert();
  if (project) {
    application.validate(project);
    await application.generateOutputs(project);
  }
  if (!project || application.logger.hasErrors() || application.logger.hasWarnings()) {
    throw new Error('The reference has errors; they are above.');
  }
}

/** Gives modules the names that people import. */
function nameModules({ children = [] }: ProjectReflection): void {
  const names = Object.keys(MODULES);
  if (children.length !== names.length) throw new Error(`There are ${children.length} modules, not ${names.length}.`);
  for (const [i, name] of names.entries()) children[i]!.name = name;
}

/** Puts each op into its group, with a link to its page. */
function leadToPages({ children = [], documents = [] }: ProjectReflection): void {
  const pages = new Map(pagesUnder(documents).map((page) => [page.name, page]));
  const titles = new Map(groups.flatMap(({ title, ops }) => Object.keys(ops).map((name) => [name, title] as const)));
  const modules = children.filter(({ name }) => name === '@tapegrad/core' || name === '@tapegrad/ops');
  for (const op of modules.flatMap((module) => module.children ?? [])) {
    const [title, page] = [titles.get(op.name), pages.get(op.name)];
    if (!title || !page || op.kind === ReflectionKind.Reference) continue;
    for (const { comment } of op.signatures ?? [op]) {
      comment?.blockTags.push(new CommentTag('@group', [{ kind: 'text', text: title }]));
      const link = { kind: 'inline-tag', tag: '@link', text: `${op.name}, with numbers and more`, target: page } as const;
      comment?.blockTags.push(new CommentTag('@see', [link]));
    }
  }
}

/** Leaves the ops out of the page of `Graph`, whose methods they are: they would come up in every search a third time. */
function withoutMethods(project: ProjectReflection): void {
  const graph = project.children?.find(({ name }) => name === 'tapegrad')?.children?.find(({ name }) => name === 'Graph');
  const ops = new Set(groups.flatMap((group) => Object.keys(group.ops)));
  for (const method of graph?.children?.filter(({ name }) => ops.has(name)) ?? []) project.removeReflection(method);
}

function pagesUnder(documents: readonly DocumentReflection[]): DocumentReflection[] {
  return documents.flatMap((document) => [document, ...pagesUnder(document.children ?? [])]);
}
