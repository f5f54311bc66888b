import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** What the conventions look at in one file of src. */
export interface SourceFile {
  /** Relative to src, without `.ts`: `cache/store`. */
  readonly path: string;
  readonly lineCount: number;
  readonly imports: readonly SourceImport[];
  /** Names of what is exported without a doc comment. */
  readonly undocumentedExports: readonly string[];
  readonly hasDefaultExport: boolean;
  readonly readsEnvironment: boolean;
}

/** One import, dynamic ones and re-exports included. */
export interface SourceImport {
  /** `cache/store` for a file of src, else the name of the package (`@keyv/redis`, `node:fs`). */
  readonly target: string;
  readonly isOwn: boolean;
  /** True when nothing of it is there at run time. */
  readonly typesOnly: boolean;
}

/** Root folder of the project. */
export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Reads and parses every file of src. */
export function readSourceFiles(): SourceFile[] {
  const root = join(projectRoot, 'src');
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => inspectSource({ path: name.replace(/\.ts$/, ''), text: readFileSync(join(root, name), 'utf8') }));
}

/** Looks at the text of one file. */
export function inspectSource({ path, text }: { path: string; text: string }): SourceFile {
  const file = ts.createSourceFile(`${path}.ts`, text, ts.ScriptTarget.Latest, true);
  const imports: SourceImport[] = [];
  let readsEnvironment = false;
  const add = (specifier: ts.Expression | undefined, typesOnly: boolean): void => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return;
    const isOwn = specifier.text.startsWith('.');
    const target = isOwn
      ? posix.join(posix.dirname(path), specifier.text).replace(/\.js$/, '')
      : packageOf(specifier.text);
    imports.push({ target, isOwn, typesOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypesOnly(node.importClause));
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    if (ts.isPropertyAccessExpression(node) && node.name.text === 'env' && node.expression.getText() === 'process') {
      readsEnvironment = true;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return {
    path,
    lineCount: text.replace(/\n$/, '').split('\n').length,
    imports,
    undocumentedExports: file.statements.filter(isExported).filter(hasNoDoc).map(nameOf),
    hasDefaultExport: file.statements.some(isDefaultExport),
    readsEnvironment,
  };
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function isTypesOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings;
  return (
    clause.name === undefined &&
    named !== undefined &&
    ts.isNamedImports(named) &&
    named.elements.every((element) => element.isTypeOnly)
  );
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function isDefaultExport(statement: ts.Statement): boolean {
  if (ts.isExportAssignment(statement)) return true;
  const isDefault = ({ kind }: ts.ModifierLike): boolean => kind === ts.SyntaxKind.DefaultKeyword;
  return ts.canHaveModifiers(statement) && (ts.getModifiers(statement) ?? []).some(isDefault);
}

// Overloads share the doc comment of the first one; a comment that opens the file stands for the export that opens it.
function hasNoDoc(statement: ts.Statement, index: number, all: readonly ts.Statement[]): boolean {
  const earlier = all[index - 1];
  if (earlier && ts.isFunctionDeclaration(earlier) && !earlier.body && nameOf(earlier) === nameOf(statement))
    return false;
  return !ts.getJSDocCommentsAndTags(statement).some(({ kind }) => kind === ts.SyntaxKind.JSDoc);
}

function nameOf(statement: ts.Statement): string {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText()).join(', ');
  }
  const { name } = statement as ts.Statement & { readonly name?: ts.Node };
  return name?.getText() ?? 'default';
}
