// SPDX-License-Identifier: Apache-2.0
// Gives variables and internal properties their short names: those that deflate takes best. Other tools give each function's most
// used variable the shortest name, as if bytes were counted before they are compressed. Here names are tried, and kept where the
// result is smaller: mostly where the same code becomes the same text, and where a property and its variable have one name, so
// that `{kind: kind}` is `{a}`. What was found is kept by the names in the source; which names are taken changes nothing but the size.
import ts from 'typescript';
import { gzipSync } from 'node:zlib';

/** The letters, those that code has anyway first. */
const LETTERS = [...'etnraoiscldufhmpgywbvkxzjqTEASCMPRDILOBNFHUGVWKYXZJQ_$'];
const FILE = 'bundle.js';

/** Whether what is declared in a node is seen there alone. */
const isScope = (node) =>
  ts.isFunctionLike(node) ||
  ts.isSourceFile(node) ||
  ts.isClassLike(node) ||
  ts.isCatchClause(node) ||
  ts.isForStatement(node) ||
  ts.isForOfStatement(node) ||
  ts.isForInStatement(node) ||
  (ts.isBlock(node) && !ts.isFunctionLike(node.parent) && !ts.isCatchClause(node.parent));

const scopeOf = (node) => {
  let scope = node.parent;
  while (!isScope(scope)) {
    scope = scope.parent;
  }
  return scope;
};

/** Whether an identifier is the name of a property, and not of a variable. */
const isProperty = (node) => {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    ((ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isAccessor(parent) || ts.isPropertyDeclaration(parent)) &&
      parent.name === node) ||
    (ts.isBindingElement(parent) && parent.propertyName === node) ||
    (ts.isExportSpecifier(parent) && !!parent.propertyName && parent.name === node) ||
    ts.isMetaProperty(parent)
  );
};

/** Takes code apart: into text that stays, and names that can be chosen. */
const takeApart = (code, internal) => {
  const host = ts.createCompilerHost({});
  const file = ts.createSourceFile(FILE, code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const program = ts.createProgram([FILE], { allowJs: true, noLib: true, noResolve: true, types: [] }, {
    ...host,
    getSourceFile: (name) => (name === FILE ? file : undefined),
  });
  const checker = program.getTypeChecker();
  const names = new Map();
  const pieces = [];
  /** The name of a variable or property as it may be chosen; nothing where it stays. */
  const variable = (node, symbol) => {
    const declaration = symbol?.declarations?.[0];
    if (!declaration || declaration.getSourceFile() !== file) {
      return undefined;
    }
    const one = names.get(symbol) ?? { text: node.text, uses: 0, scopes: new Set() };
    names.set(symbol, one);
    const named = declaration.name ?? declaration;
    const home = ts.isClassExpression(declaration) || ts.isFunctionExpression(declaration) ? declaration : scopeOf(named);
    for (let scope = scopeOf(node); ; scope = scopeOf(scope)) {
      one.scopes.add(scope);
      if (scope === home || ts.isSourceFile(scope)) {
        break;
      }
    }
    one.scopes.add(home);
    one.uses++;
    return one;
  };
  const property = (name) => {
    if (!internal.has(name)) {
      return undefined;
    }
    const one = names.get(name) ?? { text: name, uses: 0, isProperty: true };
    names.set(name, one);
    one.uses++;
    return one;
  };
  const edits = [];
  const visit = (node) => {
    if (ts.isShorthandPropertyAssignment(node)) {
      const { text } = node.name;
      edits.push({
        at: node.name,
        property: property(text) ?? { name: text },
        variable: variable(node.name, checker.getShorthandAssignmentValueSymbol(node)) ?? { name: text },
      });
      if (node.objectAssignmentInitializer) {
        visit(node.objectAssignmentInitializer);
      }
      return;
    }
    if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent) && !node.dotDotDotToken && ts.isIdentifier(node.name)) {
      const key = node.propertyName ?? node.name;
      if (ts.isIdentifier(key)) {
        edits.push({
          at: { getStart: () => key.getStart(), end: node.name.end },
          property: property(key.text) ?? { name: key.text },
          variable: variable(node.name, checker.getSymbolAtLocation(node.name)),
        });
        if (node.initializer) {
          visit(node.initializer);
        }
        return;
      }
    }
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && ts.isIdentifier(node.initializer)) {
      const { text } = node.name;
      const value = variable(node.initializer, checker.getSymbolAtLocation(node.initializer));
      if (value) {
        edits.push({ at: { getStart: () => node.getStart(), end: node.end }, property: property(text) ?? { name: text }, variable: value });
        return;
      }
    }
    if (ts.isExportSpecifier(node) && !node.propertyName) {
      const { text } = node.name;
      edits.push({ at: node.name, exported: text, variable: variable(node.name, checker.getExportSpecifierLocalTargetSymbol(node)) });
      return;
    }
    if (ts.isIdentifier(node)) {
      const name = isProperty(node)
        ? property(node.text)
        : ts.isExportSpecifier(node.parent)
          ? variable(node, checker.getExportSpecifierLocalTargetSymbol(node.parent))
          : variable(node, checker.getSymbolAtLocation(node));
      if (name) {
        edits.push({ at: node, variable: name });
      }
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  edits.sort((a, b) => a.at.getStart() - b.at.getStart());
  let end = 0;
  for (const edit of edits) {
    const start = edit.at.getStart();
    pieces.push(code.slice(end, start), edit);
    edit.start = start;
    end = edit.end = edit.at.end;
  }
  pieces.push(code.slice(end));
  return { pieces, edits, names: [...names.values()] };
};

/** The text of a piece, with the names that are chosen now. */
const textOf = (piece) =>
  typeof piece === 'string'
    ? piece
    : piece.exported
      ? `${piece.variable.name} as ${piece.exported}`
      : piece.property && piece.property.name !== piece.variable.name
        ? `${piece.property.name}:${piece.variable.name}`
        : piece.variable.name;

/** Whether two cannot have one name: properties never, variables not where both are seen. */
const overlap = (a, b) => {
  if (a.isProperty || b.isProperty) {
    return !!a.isProperty && !!b.isProperty;
  }
  const [few, many] = a.scopes.size < b.scopes.size ? [a, b] : [b, a];
  for (const scope of few.scopes) {
    if (many.scopes.has(scope)) {
      return true;
    }
  }
  return false;
};

/** All names, the shorter ones first, but for words that mean something. */
const ALL = [
  ...LETTERS,
  ...LETTERS.slice(0, 20)
    .flatMap((a) => ['e', 't', 'n', 'r'].map((b) => a + b))
    .filter((name) => !/^(do|if|in|of|as|is|id|at|ok|no|to)$/.test(name)),
];

const isFree = (one, name) => one.conflicts.every((other) => other.name !== name);

/** Gives the names that were chosen before, by the name in the source and the order of appearance; where there is none, the first that is free. */
const apply = (names, chosen) => {
  names.forEach((one) => {
    one.conflicts = names.filter((other) => other !== one && overlap(one, other));
  });
  const before = new Map(Object.entries(chosen));
  const seen = new Map();
  const left = names.filter((one) => {
    const nth = seen.get(one.text) ?? 0;
    const name = before.get(one.text)?.split(' ')[nth];
    seen.set(one.text, nth + 1);
    if (name && isFree(one, name)) {
      one.name = name;
    }
    return !one.name;
  });
  left.sort((a, b) => b.uses - a.uses).forEach((one) => {
    one.name = ALL.find((name) => isFree(one, name));
  });
};

/** Gives a variable another name, and those in the way the name that is left; returns whether that could be done. */
const swap = (one, to) => {
  const from = one.name;
  const moved = new Set([one]);
  one.name = to;
  // A set gives what is added while it is walked through, too.
  for (const mover of moved) {
    for (const other of mover.conflicts) {
      if (other.name === mover.name && !moved.has(other)) {
        other.name = other.name === to ? from : to;
        moved.add(other);
      }
    }
  }
  return [...moved].every((mover) => isFree(mover, mover.name));
};

/** Looks for better names than those that were chosen before, so many times; returns what is chosen then. */
export const choose = (code, internal, chosen, tries, log) => {
  const { pieces, names } = takeApart(code, internal);
  apply(names, chosen);
  const sizeOf = () => gzipSync(pieces.map(textOf).join(''), { level: 9 }).length;
  let size = sizeOf();
  let seed = 1 + size;
  const random = (below) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  for (let i = 0; i < tries; i++) {
    const before = names.map(({ name }) => name);
    const now = swap(names[random(names.length)], ALL[random(LETTERS.length)]) ? sizeOf() : Infinity;
    if (now <= size) {
      size = now;
    } else {
      names.forEach((one, j) => (one.name = before[j]));
    }
    if (i % 1000 === 0) {
      log(`${i}: ${size} gzipped`);
    }
  }
  const result = new Map();
  names.forEach(({ text, name }) => result.set(text, result.has(text) ? `${result.get(text)} ${name}` : name));
  return Object.fromEntries(result);
};

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** A number as source maps have it, which is signed and in pieces of five bits. */
const encodeVlq = (value) => {
  let text = '';
  let rest = value < 0 ? -value * 2 + 1 : value * 2;
  do {
    text += BASE64[(rest & 31) | (rest > 31 ? 32 : 0)];
    rest >>= 5;
  } while (rest);
  return text;
};

/** The number that a text begins with, and its length. */
const decodeVlq = (text) => {
  let value = 0;
  for (let i = 0; ; i++) {
    const digit = BASE64.indexOf(text[i]);
    value |= (digit & 31) << (5 * i);
    if (digit < 32) {
      return [value & 1 ? -(value >> 1) : value >> 1, i + 1];
    }
  }
};

/** Gives the code of one line and its source map the names that were chosen. */
export const rename = (code, map, internal, chosen) => {
  const { pieces, edits, names } = takeApart(code, internal);
  apply(names, chosen);
  let edit = 0;
  let shift = 0;
  let column = 0;
  let last = 0;
  const mappings = map.mappings.split(',').map((segment) => {
    const [delta, length] = decodeVlq(segment);
    column += delta;
    for (; edit < edits.length && edits[edit].end <= column; edit++) {
      shift += textOf(edits[edit]).length - (edits[edit].end - edits[edit].start);
    }
    const now = column + shift;
    const moved = encodeVlq(now - last) + segment.slice(length);
    last = now;
    return moved;
  });
  return { code: pieces.map(textOf).join(''), map: { ...map, mappings: mappings.join(',') } };
};
