// The template editor: CodeMirror over the textarea, which stays what is sent and tried. Without scripts it is edited as
// it is. The editor stands in a shadow root, where its styles need no exception from the page's policy.
"use strict";

const { EditorView, EditorState, StreamLanguage, HighlightStyle, tags } = CodeMirror;

const KEYWORDS = /^(?:if|elif|else|endif|for|in|endfor|and|or|not|is|set|true|false|none)\b/;

// a mail's form: "Subject:" lines, an empty line, Markdown; and Jinja's marks anywhere
const language = StreamLanguage.define({
  startState: () => ({ inside: "", body: false }),
  blankLine(state) {
    state.body = true;
  },
  token(stream, state) {
    if (!state.inside) {
      if (stream.match("{#")) {
        state.inside = "#}";
        return "comment";
      }
      if (stream.match(/^\{[{%]-?/)) {
        state.inside = stream.current()[1] === "{" ? "}}" : "%}";
        return "bracket";
      }
      if (stream.sol() && !state.body && stream.match(/^[A-Za-z-]+:/)) return "header";
      if (stream.sol() && state.body && stream.match(/^#+ .*/)) return "heading";
      if (stream.match(/^(\*\*|__)(?=\S)/)) return "mark";
      stream.next();
      stream.eatWhile(/[^{*_\n]/);
      return null;
    }
    if (stream.match(state.inside) || (state.inside !== "#}" && stream.match(`-${state.inside}`))) {
      const was = state.inside;
      state.inside = "";
      return was === "#}" ? "comment" : "bracket";
    }
    if (state.inside === "#}") {
      stream.next();
      return "comment";
    }
    if (stream.eatSpace()) return null;
    if (stream.match(KEYWORDS)) return "keyword";
    if (stream.match(/^"[^"]*"|^'[^']*'/)) return "string";
    if (stream.match(/^[A-Za-z_][\w.]*/)) return "variable";
    stream.next();
    return "operator";
  },
  tokenTable: { header: tags.propertyName, mark: tags.emphasis },
});

const colours = HighlightStyle.define([
  { tag: tags.bracket, color: "var(--accent)", fontWeight: "600" },
  { tag: tags.variableName, color: "var(--accent)" },
  { tag: tags.keyword, color: "var(--soon)" },
  { tag: tags.string, color: "var(--fine)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
  { tag: tags.propertyName, color: "var(--s3)", fontWeight: "600" },
  { tag: tags.heading, fontWeight: "700" },
]);

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", fontSize: "13.5px", minHeight: "26rem" },
  "&.cm-focused": { outline: "2px solid var(--focus)" },
  ".cm-content": { fontFamily: "ui-monospace, monospace", caretColor: "var(--ink)", padding: ".5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--ground)", color: "var(--quiet)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--ours-line) !important" },
  ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--line)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
});

// the variables of this mail, as the page lists them: names, and whole loops for lists
const offered = [...document.querySelectorAll("[data-insert]")].map((button) => {
  const name = /^\{\{ (.*) \}\}$/.exec(button.dataset.insert);
  return { whole: button.dataset.insert, name: name ? name[1] : /in ([\w.]+)/.exec(button.dataset.insert)[1] };
});

function complete(context) {
  const word = context.matchBefore(/[\w.]*/);
  const before = context.state.sliceDoc(0, word.from);
  const open = Math.max(before.lastIndexOf("{{"), before.lastIndexOf("{%"));
  const inside = open >= 0 && !/[}%]\}/.test(before.slice(open + 2));
  // in plain words only where somebody asks: Enter would put a variable where a line was to end
  if (!inside && !context.explicit) return null;
  return {
    from: word.from,
    validFor: /^[\w.]*$/,
    options: offered.map(({ name, whole }) => ({ label: name, type: "variable", apply: inside ? name : whole })),
  };
}

function begin(source) {
  const host = document.createElement("div");
  host.className = "editor";
  const root = host.attachShadow({ mode: "open" });
  source.after(host);
  source.hidden = true;
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: source.value,
      extensions: [
        CodeMirror.lineNumbers(),
        CodeMirror.lintGutter(),
        CodeMirror.history(),
        CodeMirror.drawSelection(),
        CodeMirror.highlightActiveLine(),
        CodeMirror.bracketMatching(),
        CodeMirror.closeBrackets(),
        CodeMirror.autocompletion({ override: [complete] }),
        CodeMirror.keymap.of([
          ...CodeMirror.completionKeymap,
          ...CodeMirror.lintKeymap,
          ...CodeMirror.historyKeymap,
          ...CodeMirror.defaultKeymap,
        ]),
        language,
        CodeMirror.syntaxHighlighting(colours),
        look,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": source.getAttribute("aria-label"), spellcheck: "true" }),
        EditorState.readOnly.of(source.readOnly),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          source.value = update.state.doc.toString();
          source.dispatchEvent(new Event("input", { bubbles: true }));
        }),
      ],
    }),
  });
  source.removeAttribute("aria-label");
  return view;
}

// what the server found stands on its line
function mark(view) {
  const found = [...document.querySelectorAll("#tried [data-line]")].map((item) => {
    const number = Math.min(Math.max(Number(item.dataset.line), 1), view.state.doc.lines);
    const { from, to } = view.state.doc.line(number);
    return { from, to, severity: "error", message: item.dataset.said };
  });
  view.dispatch(CodeMirror.setDiagnostics(view.state, found));
}

const source = document.getElementById("source");
if (source) {
  const view = begin(source);
  mark(view);
  document.addEventListener("htmx:afterSettle", () => mark(view));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button || source.readOnly) return;
    view.dispatch(view.state.replaceSelection(button.dataset.insert));
    view.focus();
  });
}
