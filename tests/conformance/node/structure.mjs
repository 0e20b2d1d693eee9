// What a Markdown document is apart from its prose, as two parsers see it that are not the project's.
//
// Input: a JSON array of documents. Output: for each, one string per element in the document's order, with its
// depth and whatever translation must not touch (targets, titles, code, HTML). Without input: the examples of the
// CommonMark specification. `node structure.mjs commonmark|gfm|spec < documents.json`

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

async function gfmReader() {
  const [{ fromMarkdown }, { gfmFromMarkdown }, { frontmatterFromMarkdown }, { gfm }, { frontmatter }] =
    await Promise.all([
      import("mdast-util-from-markdown"),
      import("mdast-util-gfm"),
      import("mdast-util-frontmatter"),
      import("micromark-extension-gfm"),
      import("micromark-extension-frontmatter"),
    ]);
  const kept = ["url", "title", "identifier", "label", "referenceType", "lang", "meta", "depth", "checked", "align"];
  function walk(node, depth, lines) {
    if (node.type === "text" || node.type === "yaml") return;
    const facts = kept.filter((key) => node[key] != null && node[key] !== "").map((key) => [key, node[key]]);
    if (node.value !== undefined) facts.push(["value", node.value.replace(/\s+/g, " ")]);
    // A shortcut reference has its label written out when its text is translated.
    const told = facts.filter(([key]) => key !== "referenceType");
    lines.push(`${depth} ${node.type} ${JSON.stringify(told)}`);
    for (const child of node.children ?? []) walk(child, depth + 1, lines);
  }
  return (document) => {
    const lines = [];
    const tree = fromMarkdown(document, {
      extensions: [gfm(), frontmatter(["yaml"])],
      mdastExtensions: [gfmFromMarkdown(), frontmatterFromMarkdown(["yaml"])],
    });
    walk(tree, 0, lines);
    return lines;
  };
}

function commonmarkReader() {
  const { Parser } = require("commonmark");
  return (document) => {
    const lines = [];
    const walker = new Parser().parse(document).walker();
    let depth = 0;
    for (let event = walker.next(); event; event = walker.next()) {
      const { node, entering } = event;
      if (!entering) {
        depth -= 1;
        continue;
      }
      if (node.type !== "text" && node.type !== "softbreak") {
        const literal = node.literal?.replace(/\s+/g, " ");
        const facts = [node.level, node.listType, node.listStart, node.listTight, node.info];
        lines.push(`${depth} ${node.type} ${JSON.stringify([...facts, node.destination, node.title, literal])}`);
      }
      if (node.isContainer) depth += 1;
    }
    return lines;
  };
}

const mode = process.argv[2];
if (mode === "spec") {
  const { tests } = require("commonmark-spec");
  console.log(JSON.stringify(tests.map(({ number, section, markdown }) => ({ number, section, markdown }))));
} else {
  const read = mode === "gfm" ? await gfmReader() : commonmarkReader();
  const documents = JSON.parse(readFileSync(0, "utf8"));
  console.log(JSON.stringify(documents.map(read)));
}
