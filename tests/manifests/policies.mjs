// Reads Kyverno's policies: by a parser of its own, against the schemas of Kyverno's resources, and, for what those
// let through although nobody knows it, by TypeScript as objects of their types.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ClusterPolicy } from "@kubernetes-models/kyverno/kyverno.io/v1/ClusterPolicy";
import ts from "typescript";
import { parseAllDocuments } from "yaml";

const [, , path, scratch] = process.argv;
const problems = [];
const documents = parseAllDocuments(readFileSync(path, "utf8"), { strict: true, uniqueKeys: true });
const objects = documents.map((document) => {
  problems.push(...document.errors, ...document.warnings);
  return document.toJS();
});
for (const object of objects) {
  try {
    new ClusterPolicy(object).validate();
  } catch (error) {
    problems.push(`${object.metadata?.name}: ${error.message}`);
  }
}
const type = 'import("@kubernetes-models/kyverno/kyverno.io/v1/ClusterPolicy").IClusterPolicy';
const lines = objects.map((object, n) => `export const o${n}: ${type} = ${JSON.stringify(object)};`);
const file = join(scratch, "policies.ts");
writeFileSync(file, lines.join("\n"));
const program = ts.createProgram([file], {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
});
for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
  problems.push(ts.flattenDiagnosticMessageText(diagnostic.messageText, " "));
}
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`${objects.length} policies`);
