// Reads the files of a repository as Flux would: a parser of its own, the schemas of every kind that is used,
// and every resource that a kustomization names. What the schemas let through although nobody knows it, such as
// a misspelt member, is found by TypeScript, as an object of the kind's type.
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";
import { parseAllDocuments } from "yaml";

const KINDS = {
  "v1/ConfigMap": "kubernetes-models/v1/ConfigMap",
  "v1/Namespace": "kubernetes-models/v1/Namespace",
  "v1/Secret": "kubernetes-models/v1/Secret",
  "networking.k8s.io/v1/Ingress": "kubernetes-models/networking.k8s.io/v1/Ingress",
  "helm.toolkit.fluxcd.io/v2/HelmRelease":
    "@kubernetes-models/flux-cd/helm.toolkit.fluxcd.io/v2/HelmRelease",
  "source.toolkit.fluxcd.io/v1/HelmRepository":
    "@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1/HelmRepository",
  "source.toolkit.fluxcd.io/v1/OCIRepository":
    "@kubernetes-models/flux-cd/source.toolkit.fluxcd.io/v1/OCIRepository",
  "kustomize.toolkit.fluxcd.io/v1/Kustomization":
    "@kubernetes-models/flux-cd/kustomize.toolkit.fluxcd.io/v1/Kustomization",
};
const KUSTOMIZE = "kustomize.config.k8s.io/v1beta1/Kustomization";

const [, , root, prefix, scratch] = process.argv;
const problems = [];
const seen = new Map();
const typed = [];

const files = (directory) =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? files(path) : [path];
  });

// Flux's own parser takes YAML 1.1, in which `yes` and `on` are no texts: both must read the same.
const read = (path) => {
  const text = readFileSync(path, "utf8");
  const [one, other] = ["1.2", "1.1"].map((version) => {
    const documents = parseAllDocuments(text, { version, strict: true, uniqueKeys: true });
    for (const document of documents) {
      problems.push(...[...document.errors, ...document.warnings].map((e) => `${path}: ${e}`));
    }
    return documents.map((document) => document.toJS());
  });
  if (JSON.stringify(one) !== JSON.stringify(other)) problems.push(`${path}: reads in two ways`);
  if (one.length !== 1) problems.push(`${path}: ${one.length} documents`);
  return one[0];
};

const isDirectory = (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory();
const exists = (path) => statSync(path, { throwIfNoEntry: false }) !== undefined;
const listed = new Set();

const kustomization = (path, object) => {
  const members = Object.keys(object).sort().join();
  if (members !== "apiVersion,kind,resources") problems.push(`${path}: ${members}`);
  if (object.resources.length === 0) problems.push(`${path}: kustomize refuses an empty list`);
  for (const resource of object.resources) {
    const target = join(dirname(path), resource);
    const file = isDirectory(target) ? join(target, "kustomization.yaml") : target;
    if (!exists(file)) problems.push(`${path}: there is no ${resource}`);
    listed.add(normalize(file));
  }
};

const object = async (path, object) => {
  const kind = `${object.apiVersion}/${object.kind}`;
  const module = KINDS[kind];
  if (!module) return problems.push(`${path}: nobody knows ${kind}`);
  const Model = (await import(module))[object.kind];
  try {
    new Model(object).validate();
  } catch (error) {
    problems.push(`${path}: ${error.message}`);
  }
  const { name, namespace } = object.metadata;
  const key = `${kind} ${namespace ?? ""}/${name}`;
  if (seen.has(key)) problems.push(`${path}: ${key} is in ${seen.get(key).path} as well`);
  seen.set(key, { path, object });
  typed.push({ module, kind: object.kind, object });
};

for (const path of files(join(root, prefix))) {
  const content = read(path);
  if (`${content.apiVersion}/${content.kind}` === KUSTOMIZE) kustomization(path, content);
  else await object(path, content);
}

// What Flux applies by itself is what its Kustomizations point at.
for (const { object } of seen.values()) {
  if (object.apiVersion.startsWith("kustomize.toolkit")) {
    listed.add(normalize(join(root, object.spec.path, "kustomization.yaml")));
  }
  for (const need of object.spec?.dependsOn ?? []) {
    const key = `${object.apiVersion}/${object.kind} ${object.metadata.namespace}/${need.name}`;
    if (!seen.has(key)) problems.push(`${object.metadata.name}: there is no ${key}`);
  }
  const source =
    object.kind === "HelmRelease" && (object.spec.chartRef ?? object.spec.chart.spec.sourceRef);
  const of = `source.toolkit.fluxcd.io/v1/${source.kind} ${object.metadata.namespace}/`;
  const secret = object.kind === "OCIRepository" && object.spec.verify.secretRef.name;
  const key = `v1/Secret ${object.metadata.namespace}/${secret}`;
  if (secret && !seen.has(key)) problems.push(`there is no ${key}`);
  if (source && !seen.has(of + source.name)) problems.push(`there is no ${of}${source.name}`);
}
listed.add(normalize(join(root, prefix, "kustomization.yaml")));
for (const path of files(join(root, prefix))) {
  if (!listed.has(normalize(path))) problems.push(`${path}: nobody refers to it`);
}

const lines = typed.map(({ module, kind, object }, n) => {
  const type = `import(${JSON.stringify(module)}).I${kind}`;
  return `export const o${n}: ${type} = ${JSON.stringify(object)};`;
});
const file = join(scratch, "objects.ts");
writeFileSync(file, lines.join("\n"));
const options = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
};
const program = ts.createProgram([file], options);
for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
  const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, " ");
  const line = lines[(diagnostic.file?.text.slice(0, diagnostic.start).split("\n").length ?? 1) - 1];
  problems.push(`${text} in ${line?.slice(0, 200)}`);
}

if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`${seen.size} objects`);
