// Generated automatically by nearley, version 2.20.1
// http://github.com/Hardmath123/nearley
// Bypasses TS6133. Allow declared but unused functions.
// @ts-ignore
function id(d: any[]): any { return d[0]; }
declare var end: any;
declare var name: any;
declare var string: any;
declare var newline: any;
declare var number: any;
declare var family: any;
declare var keyword: any;
declare var op: any;

import { lexer } from "./lexer.ts";
import * as build from "./build.ts";

interface NearleyToken {
  value: any;
  [key: string]: any;
};

interface NearleyLexer {
  reset: (chunk: string, info: any) => void;
  next: () => NearleyToken | undefined;
  save: () => any;
  formatError: (token: never) => string;
  has: (tokenType: string) => boolean;
};

interface NearleyRule {
  name: string;
  symbols: NearleySymbol[];
  postprocess?: (d: any[], loc?: number, reject?: {}) => any;
};

type NearleySymbol = string | { literal: any } | { test: (token: any) => boolean };

interface Grammar {
  Lexer: NearleyLexer | undefined;
  ParserRules: NearleyRule[];
  ParserStart: string;
};

const grammar: Grammar = {
  Lexer: lexer,
  ParserRules: [
    {"name": "statement", "symbols": ["let"], "postprocess": id},
    {"name": "statement", "symbols": ["index"], "postprocess": id},
    {"name": "statement", "symbols": ["tensor"], "postprocess": id},
    {"name": "statement", "symbols": ["network"], "postprocess": id},
    {"name": "statement", "symbols": ["import"], "postprocess": id},
    {"name": "statement", "symbols": ["order"], "postprocess": id},
    {"name": "statement", "symbols": ["machine"], "postprocess": id},
    {"name": "statement", "symbols": ["slice"], "postprocess": id},
    {"name": "statement", "symbols": ["run"], "postprocess": id},
    {"name": "statement", "symbols": ["show"], "postprocess": id},
    {"name": "let", "symbols": [{"literal":"let"}, "bindings", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.letStatement(d[1])},
    {"name": "bindings", "symbols": ["binding"], "postprocess": build.one},
    {"name": "bindings", "symbols": ["bindings", {"literal":","}, "binding"], "postprocess": build.more},
    {"name": "binding", "symbols": [(lexer.has("name") ? {type: "name"} : name), {"literal":"="}, "whole"], "postprocess": (d) => build.binding(d[0], d[2])},
    {"name": "index", "symbols": [{"literal":"index"}, "extents", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.indexStatement(d[1])},
    {"name": "extents", "symbols": ["extent"], "postprocess": build.one},
    {"name": "extents", "symbols": ["extents", {"literal":","}, "extent"], "postprocess": build.more},
    {"name": "extent", "symbols": ["ref", {"literal":":"}, "whole"], "postprocess": (d) => build.extent(d[0], d[2])},
    {"name": "tensor", "symbols": [{"literal":"tensor"}, "heads", {"literal":"="}, "initialiser", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.tensorStatement(d[1], d[3])},
    {"name": "heads", "symbols": ["head"], "postprocess": build.one},
    {"name": "heads", "symbols": ["heads", {"literal":","}, "head"], "postprocess": build.more},
    {"name": "head", "symbols": [(lexer.has("name") ? {type: "name"} : name), "axes", "dtype"], "postprocess": (d) => build.head(d[0], d[1], d[2])},
    {"name": "axes", "symbols": [], "postprocess": () => undefined},
    {"name": "axes", "symbols": [{"literal":"["}, {"literal":"]"}], "postprocess": () => undefined},
    {"name": "axes", "symbols": [{"literal":"["}, "axisList", {"literal":"]"}], "postprocess": (d) => d[1]},
    {"name": "axisList", "symbols": ["axis"], "postprocess": build.one},
    {"name": "axisList", "symbols": ["axisList", {"literal":","}, "axis"], "postprocess": build.more},
    {"name": "axis", "symbols": ["ref"], "postprocess": (d) => build.axis(d[0])},
    {"name": "axis", "symbols": ["ref", {"literal":":"}, "whole"], "postprocess": (d) => build.axis(d[0], d[2])},
    {"name": "dtype", "symbols": [], "postprocess": () => undefined},
    {"name": "dtype", "symbols": [{"literal":":"}, (lexer.has("name") ? {type: "name"} : name)], "postprocess": (d) => build.word(d[1])},
    {"name": "initialiser", "symbols": ["whole"], "postprocess": id},
    {"name": "initialiser", "symbols": [(lexer.has("name") ? {type: "name"} : name), {"literal":"("}, {"literal":"seed"}, "expr", {"literal":")"}], "postprocess": (d) => build.randomValue(d[0], d[3])},
    {"name": "initialiser", "symbols": [(lexer.has("name") ? {type: "name"} : name), {"literal":"("}, (lexer.has("string") ? {type: "string"} : string), {"literal":")"}], "postprocess": (d) => build.sourceValue(d[0], d[2])},
    {"name": "network", "symbols": [{"literal":"network"}, (lexer.has("name") ? {type: "name"} : name), "open", "dtype", {"literal":"="}, "body"], "postprocess": (d) => build.networkStatement(d[1], d[2], d[3], d[5])},
    {"name": "open", "symbols": [], "postprocess": () => undefined},
    {"name": "open", "symbols": ["brackets"], "postprocess": id},
    {"name": "brackets", "symbols": [{"literal":"["}, {"literal":"]"}], "postprocess": () => undefined},
    {"name": "brackets", "symbols": [{"literal":"["}, "refs", {"literal":"]"}], "postprocess": (d) => d[1]},
    {"name": "body", "symbols": ["parts", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.productBody(d[0])},
    {"name": "body", "symbols": [(lexer.has("name") ? {type: "name"} : name), {"literal":"("}, "inParentheses", {"literal":")"}, (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.call(d[0], d[2])},
    {"name": "body", "symbols": [(lexer.has("name") ? {type: "name"} : name), {"literal":"with"}, "anything", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.withBody(d[0], d[2])},
    {"name": "parts", "symbols": ["part"], "postprocess": build.one},
    {"name": "parts", "symbols": ["parts", "part"], "postprocess": build.next},
    {"name": "part", "symbols": ["factor"], "postprocess": (d) => build.plainPart(d[0])},
    {"name": "part", "symbols": [{"literal":"product"}, {"literal":"{"}, {"literal":"}"}], "postprocess": () => undefined},
    {"name": "part", "symbols": [{"literal":"product"}, {"literal":"{"}, "terms", {"literal":"}"}], "postprocess": (d) => d[2]},
    {"name": "terms", "symbols": ["term"], "postprocess": build.one},
    {"name": "terms", "symbols": ["terms", "separator", "term"], "postprocess": build.more},
    {"name": "separator", "symbols": [(lexer.has("newline") ? {type: "newline"} : newline)]},
    {"name": "separator", "symbols": [{"literal":";"}]},
    {"name": "term", "symbols": ["factors"], "postprocess": (d) => build.term(d[0])},
    {"name": "term", "symbols": ["factors", "clauses"], "postprocess": (d) => build.term(d[0], d[1])},
    {"name": "factors", "symbols": ["factor"], "postprocess": build.one},
    {"name": "factors", "symbols": ["factors", "factor"], "postprocess": build.next},
    {"name": "factor", "symbols": ["ref"], "postprocess": (d) => build.factor(d[0])},
    {"name": "factor", "symbols": ["ref", {"literal":"["}, {"literal":"]"}], "postprocess": (d) => build.indexedFactor(d[0], undefined, d[2])},
    {"name": "factor", "symbols": ["ref", {"literal":"["}, "refs", {"literal":"]"}], "postprocess": (d) => build.indexedFactor(d[0], d[2], d[3])},
    {"name": "clauses", "symbols": ["clause"], "postprocess": id},
    {"name": "clauses", "symbols": ["clauses", "clause"], "postprocess": build.join},
    {"name": "clause", "symbols": [{"literal":"for"}, "loops"], "postprocess": (d) => d[1]},
    {"name": "clause", "symbols": [{"literal":"if"}, "expr"], "postprocess": (d) => build.condition(d[1])},
    {"name": "loops", "symbols": ["loop"], "postprocess": build.one},
    {"name": "loops", "symbols": ["loops", {"literal":","}, "loop"], "postprocess": build.more},
    {"name": "loop", "symbols": [(lexer.has("name") ? {type: "name"} : name), {"literal":"in"}, "expr", {"literal":".."}, "expr"], "postprocess": (d) => build.loop(d[0], d[2], d[4])},
    {"name": "import", "symbols": [{"literal":"import"}, (lexer.has("string") ? {type: "string"} : string), {"literal":"as"}, (lexer.has("name") ? {type: "name"} : name), (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.importStatement(d[1], d[3])},
    {"name": "order", "symbols": [{"literal":"order"}, (lexer.has("name") ? {type: "name"} : name), {"literal":"="}, "orderBody"], "postprocess": (d) => build.orderStatement(d[1], d[3])},
    {"name": "order", "symbols": [{"literal":"order"}, (lexer.has("name") ? {type: "name"} : name), {"literal":"by"}, "variables", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.orderStatement(d[1], build.byBody(d[3]))},
    {"name": "variables", "symbols": [(lexer.has("name") ? {type: "name"} : name)], "postprocess": (d) => build.one([build.word(d[0])])},
    {"name": "variables", "symbols": ["variables", {"literal":","}, (lexer.has("name") ? {type: "name"} : name)], "postprocess": (d) => build.more([d[0], d[1], build.word(d[2])])},
    {"name": "orderBody", "symbols": [(lexer.has("name") ? {type: "name"} : name), (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.orderWord(d[0])},
    {"name": "orderBody", "symbols": [{"literal":"search"}, "wishes", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.searchBody(d[1])},
    {"name": "orderBody", "symbols": [{"literal":"path"}, "list", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.pathBody(d[1])},
    {"name": "orderBody", "symbols": [{"literal":"path"}, (lexer.has("string") ? {type: "string"} : string), (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.pathFile(d[1])},
    {"name": "orderBody", "symbols": ["single", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.explicitBody(build.one([build.one(d)]))},
    {"name": "orderBody", "symbols": ["item", "items", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.explicitBody(build.one([build.prepend(d[0], d[1])]))},
    {"name": "orderBody", "symbols": ["items", {"literal":","}, "itemLists", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.explicitBody(build.prepend(d[0], d[2]))},
    {"name": "itemLists", "symbols": ["items"], "postprocess": build.one},
    {"name": "itemLists", "symbols": ["itemLists", {"literal":","}, "items"], "postprocess": build.more},
    {"name": "items", "symbols": ["item"], "postprocess": build.one},
    {"name": "items", "symbols": ["items", "item"], "postprocess": build.next},
    {"name": "item", "symbols": [(lexer.has("name") ? {type: "name"} : name)], "postprocess": (d) => build.orderFactor(d[0])},
    {"name": "item", "symbols": ["single"], "postprocess": id},
    {"name": "single", "symbols": ["place"], "postprocess": id},
    {"name": "single", "symbols": ["instance"], "postprocess": id},
    {"name": "single", "symbols": ["group"], "postprocess": id},
    {"name": "instance", "symbols": [(lexer.has("name") ? {type: "name"} : name), {"literal":"("}, "bindings", {"literal":")"}], "postprocess": (d) => build.orderInstance(d[0], d[2], d[3])},
    {"name": "place", "symbols": [(lexer.has("number") ? {type: "number"} : number)], "postprocess": (d) => build.orderFactor(d[0])},
    {"name": "group", "symbols": [{"literal":"("}, "items", {"literal":")"}], "postprocess": (d) => build.orderGroup(d[0], d[1], d[2])},
    {"name": "wishes", "symbols": ["wish"], "postprocess": build.one},
    {"name": "wishes", "symbols": ["wishes", "wish"], "postprocess": build.next},
    {"name": "wish", "symbols": [{"literal":"minimizing"}, (lexer.has("name") ? {type: "name"} : name)], "postprocess": (d) => build.minimizing(d[1])},
    {"name": "wish", "symbols": [{"literal":"minimizing"}, (lexer.has("name") ? {type: "name"} : name), {"literal":"on"}, (lexer.has("name") ? {type: "name"} : name)], "postprocess": (d) => build.minimizing(d[1], d[3])},
    {"name": "wish", "symbols": [{"literal":"within"}, "expr"], "postprocess": (d) => build.wish("within", d[1])},
    {"name": "wish", "symbols": [{"literal":"seed"}, "expr"], "postprocess": (d) => build.wish("seed", d[1])},
    {"name": "machine", "symbols": [{"literal":"machine"}, (lexer.has("name") ? {type: "name"} : name), {"literal":"="}, (lexer.has("name") ? {type: "name"} : name), {"literal":"("}, "inParentheses", {"literal":")"}, (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.machineStatement(d[1], build.call(d[3], d[5]))},
    {"name": "machine", "symbols": [{"literal":"machine"}, (lexer.has("name") ? {type: "name"} : name), {"literal":"="}, (lexer.has("name") ? {type: "name"} : name), (lexer.has("string") ? {type: "string"} : string), (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.machineStatement(d[1], build.preset(d[3], d[4]))},
    {"name": "machine", "symbols": [{"literal":"machine"}, (lexer.has("name") ? {type: "name"} : name), {"literal":"="}, (lexer.has("name") ? {type: "name"} : name), {"literal":"with"}, "anything", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.machineStatement(d[1], build.withBody(d[3], d[5]))},
    {"name": "machine", "symbols": [{"literal":"machine"}, (lexer.has("name") ? {type: "name"} : name), {"literal":"{"}, "anything", {"literal":"}"}, (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.machineStatement(d[1], build.block(d[2], d[4]))},
    {"name": "slice", "symbols": [{"literal":"slice"}, (lexer.has("name") ? {type: "name"} : name), {"literal":"to"}, {"literal":"fit"}, (lexer.has("name") ? {type: "name"} : name), (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.sliceToFit(d[1], d[4])},
    {"name": "slice", "symbols": [{"literal":"slice"}, (lexer.has("name") ? {type: "name"} : name), {"literal":"to"}, "expr", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.sliceTo(d[1], d[3])},
    {"name": "slice", "symbols": [{"literal":"slice"}, (lexer.has("name") ? {type: "name"} : name), {"literal":"over"}, "refs", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.sliceOver(d[1], d[3])},
    {"name": "run", "symbols": [{"literal":"run"}, (lexer.has("name") ? {type: "name"} : name), "target", "dry", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.runStatement(d[1], d[2], d[3])},
    {"name": "target", "symbols": [], "postprocess": () => undefined},
    {"name": "target", "symbols": [{"literal":"on"}, (lexer.has("name") ? {type: "name"} : name)], "postprocess": (d) => build.target(d[1])},
    {"name": "target", "symbols": [{"literal":"on"}, (lexer.has("name") ? {type: "name"} : name), {"literal":"("}, "inParentheses", {"literal":")"}], "postprocess": (d) => build.calledTarget(d[1], d[3])},
    {"name": "dry", "symbols": [], "postprocess": () => false},
    {"name": "dry", "symbols": [{"literal":"dry"}], "postprocess": () => true},
    {"name": "show", "symbols": [{"literal":"show"}, "shown", (lexer.has("end") ? {type: "end"} : end)], "postprocess": (d) => build.showStatement(d[1])},
    {"name": "shown", "symbols": ["showItem"], "postprocess": build.one},
    {"name": "shown", "symbols": ["shown", {"literal":","}, "showItem"], "postprocess": build.more},
    {"name": "showItem", "symbols": ["figure"], "postprocess": (d) => build.showItem(d[0])},
    {"name": "showItem", "symbols": ["figure", (lexer.has("name") ? {type: "name"} : name)], "postprocess": (d) => build.showItem(d[0], d[1])},
    {"name": "showItem", "symbols": ["figure", {"literal":"of"}, (lexer.has("name") ? {type: "name"} : name)], "postprocess": (d) => build.showItem(d[0], d[2])},
    {"name": "showItem", "symbols": ["figure", {"literal":"of"}, (lexer.has("name") ? {type: "name"} : name), (lexer.has("name") ? {type: "name"} : name), "frees"], "postprocess": (d) => build.showMore(d[0], d[2], d[3], d[4])},
    {"name": "figure", "symbols": [(lexer.has("name") ? {type: "name"} : name)], "postprocess": id},
    {"name": "figure", "symbols": [{"literal":"network"}], "postprocess": id},
    {"name": "figure", "symbols": [{"literal":"order"}], "postprocess": id},
    {"name": "refs", "symbols": ["ref"], "postprocess": build.one},
    {"name": "refs", "symbols": ["refs", {"literal":","}, "ref"], "postprocess": build.more},
    {"name": "ref", "symbols": [(lexer.has("name") ? {type: "name"} : name)], "postprocess": (d) => build.reference(d[0])},
    {"name": "ref", "symbols": [(lexer.has("family") ? {type: "family"} : family), "subscripts", {"literal":"}"}], "postprocess": (d) => build.family(d[0], d[1], d[2])},
    {"name": "subscripts", "symbols": ["subscript"], "postprocess": build.one},
    {"name": "subscripts", "symbols": ["subscripts", {"literal":","}, "subscript"], "postprocess": build.more},
    {"name": "subscript", "symbols": ["expr"], "postprocess": id},
    {"name": "subscript", "symbols": [(lexer.has("keyword") ? {type: "keyword"} : keyword)], "postprocess": (d) => build.word(d[0])},
    {"name": "whole", "symbols": ["piece"], "postprocess": id},
    {"name": "whole", "symbols": ["whole", "wholePiece"], "postprocess": build.run},
    {"name": "wholePiece", "symbols": ["piece"], "postprocess": id},
    {"name": "wholePiece", "symbols": [{"literal":":"}], "postprocess": (d) => build.word(d[0])},
    {"name": "expr", "symbols": ["piece"], "postprocess": id},
    {"name": "expr", "symbols": ["expr", "piece"], "postprocess": build.run},
    {"name": "piece", "symbols": [(lexer.has("number") ? {type: "number"} : number)], "postprocess": (d) => build.word(d[0])},
    {"name": "piece", "symbols": [(lexer.has("name") ? {type: "name"} : name)], "postprocess": (d) => build.word(d[0])},
    {"name": "piece", "symbols": [(lexer.has("op") ? {type: "op"} : op)], "postprocess": (d) => build.word(d[0])},
    {"name": "piece", "symbols": [{"literal":"("}, {"literal":")"}], "postprocess": build.runs},
    {"name": "piece", "symbols": [{"literal":"("}, "inside", {"literal":")"}], "postprocess": build.runs},
    {"name": "piece", "symbols": ["list"], "postprocess": id},
    {"name": "list", "symbols": [{"literal":"["}, {"literal":"]"}], "postprocess": build.runs},
    {"name": "list", "symbols": [{"literal":"["}, "inside", {"literal":"]"}], "postprocess": build.runs},
    {"name": "inside", "symbols": ["inner"], "postprocess": id},
    {"name": "inside", "symbols": ["inside", "inner"], "postprocess": build.run},
    {"name": "inner", "symbols": ["piece"], "postprocess": id},
    {"name": "inner", "symbols": [{"literal":","}], "postprocess": (d) => build.word(d[0])},
    {"name": "inner", "symbols": [{"literal":":"}], "postprocess": (d) => build.word(d[0])},
    {"name": "inParentheses", "symbols": [], "postprocess": () => undefined},
    {"name": "inParentheses", "symbols": ["anything"], "postprocess": id},
    {"name": "anything", "symbols": ["any"], "postprocess": id},
    {"name": "anything", "symbols": ["anything", "any"], "postprocess": build.join},
    {"name": "any", "symbols": ["free"], "postprocess": id},
    {"name": "any", "symbols": [{"literal":","}], "postprocess": build.lexeme},
    {"name": "frees", "symbols": ["free"], "postprocess": id},
    {"name": "frees", "symbols": ["frees", "free"], "postprocess": build.join},
    {"name": "free", "symbols": [(lexer.has("name") ? {type: "name"} : name)], "postprocess": build.lexeme},
    {"name": "free", "symbols": [(lexer.has("number") ? {type: "number"} : number)], "postprocess": build.lexeme},
    {"name": "free", "symbols": [(lexer.has("string") ? {type: "string"} : string)], "postprocess": build.lexeme},
    {"name": "free", "symbols": [(lexer.has("keyword") ? {type: "keyword"} : keyword)], "postprocess": build.lexeme},
    {"name": "free", "symbols": [(lexer.has("op") ? {type: "op"} : op)], "postprocess": build.lexeme},
    {"name": "free", "symbols": [(lexer.has("newline") ? {type: "newline"} : newline)], "postprocess": build.lexeme},
    {"name": "free", "symbols": [{"literal":":"}], "postprocess": build.lexeme},
    {"name": "free", "symbols": [{"literal":"="}], "postprocess": build.lexeme},
    {"name": "free", "symbols": [{"literal":".."}], "postprocess": build.lexeme},
    {"name": "free", "symbols": [{"literal":";"}], "postprocess": build.lexeme},
    {"name": "free", "symbols": [{"literal":"("}, "anything", {"literal":")"}], "postprocess": build.lexemes},
    {"name": "free", "symbols": [{"literal":"["}, "anything", {"literal":"]"}], "postprocess": build.lexemes},
    {"name": "free", "symbols": [{"literal":"{"}, "anything", {"literal":"}"}], "postprocess": build.lexemes},
    {"name": "free", "symbols": [(lexer.has("family") ? {type: "family"} : family), "anything", {"literal":"}"}], "postprocess": build.lexemes}
  ],
  ParserStart: "statement",
};

export default grammar;
