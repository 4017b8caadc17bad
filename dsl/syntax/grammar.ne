# One statement. Tokens come from lexer.ts, nodes from build.ts; expressions are runs of tokens that mathjs reads later.
# Every statement closes with an `end` token, so that whole lists are built once and not for each of their fronts.
# Compile with: npm run build:grammar
@preprocessor esmodule
@{%
import * as build from "./build.ts";
%}
@lexer lexer

statement -> let {% id %} | index {% id %} | tensor {% id %} | network {% id %} | import {% id %} | order {% id %}
  | machine {% id %} | slice {% id %} | distribute {% id %} | require {% id %} | run {% id %} | show {% id %}
  | compare {% id %}

let -> "let" bindings %end {% (d) => build.letStatement(d[1]) %}
bindings -> binding {% build.one %} | bindings "," binding {% build.more %}
binding -> %name "=" whole {% (d) => build.binding(d[0], d[2]) %}

index -> "index" extents %end {% (d) => build.indexStatement(d[1]) %}
extents -> extent {% build.one %} | extents "," extent {% build.more %}
extent -> ref ":" whole {% (d) => build.extent(d[0], d[2]) %}

tensor -> "tensor" heads "=" initialiser %end {% (d) => build.tensorStatement(d[1], d[3]) %}
heads -> head {% build.one %} | heads "," head {% build.more %}
head -> %name axes dtype {% (d) => build.head(d[0], d[1], d[2]) %}
axes -> null {% () => undefined %} | "[" "]" {% () => undefined %} | "[" axisList "]" {% (d) => d[1] %}
axisList -> axis {% build.one %} | axisList "," axis {% build.more %}
axis -> ref {% (d) => build.axis(d[0]) %} | ref ":" whole {% (d) => build.axis(d[0], d[2]) %}
dtype -> null {% () => undefined %} | ":" %name {% (d) => build.word(d[1]) %}
initialiser -> whole {% id %} | filler {% id %}
filler -> %name "(" "seed" expr ")" {% (d) => build.randomValue(d[0], d[3]) %}
  | %name "(" %string ")" {% (d) => build.sourceValue(d[0], d[2]) %}
  | %name "(" %string "," %string ")" {% (d) => build.sourceValue(d[0], d[2], d[4]) %}

network -> "network" %name open dtype "=" body {% (d) => build.networkStatement(d[1], d[2], d[3], d[5]) %}
open -> null {% () => undefined %} | brackets {% id %}
brackets -> "[" "]" {% () => undefined %} | "[" refs "]" {% (d) => d[1] %}
body -> parts %end {% (d) => build.productBody(d[0]) %}
  | %name "(" inParentheses ")" %end {% (d) => build.call(d[0], d[2]) %}
  | %name "with" filler %end {% (d) => build.withBody(d[0], d[2]) %}
parts -> part {% build.one %} | parts part {% build.next %}
part -> factor {% (d) => build.plainPart(d[0]) %}
  | "product" "{" "}" {% () => undefined %}
  | "product" "{" terms "}" {% (d) => d[2] %}
terms -> term {% build.one %} | terms separator term {% build.more %}
separator -> %newline | ";"
term -> factors {% (d) => build.term(d[0]) %} | factors clauses {% (d) => build.term(d[0], d[1]) %}
factors -> factor {% build.one %} | factors factor {% build.next %}
factor -> ref {% (d) => build.factor(d[0]) %}
  | ref "[" "]" {% (d) => build.indexedFactor(d[0], undefined, d[2]) %}
  | ref "[" refs "]" {% (d) => build.indexedFactor(d[0], d[2], d[3]) %}
clauses -> clause {% id %} | clauses clause {% build.join %}
clause -> "for" loops {% (d) => d[1] %} | "if" expr {% (d) => build.condition(d[1]) %}
loops -> loop {% build.one %} | loops "," loop {% build.more %}
loop -> %name "in" expr ".." expr {% (d) => build.loop(d[0], d[2], d[4]) %}
  | %name "in" expr {% (d) => build.each(build.one([build.word(d[0])]), d[2]) %}
  | "(" names ")" "in" expr {% (d) => build.each(d[1], d[4]) %}

import -> "import" %string "as" %name %end {% (d) => build.importStatement(d[1], d[3]) %}

order -> "order" %name "=" orderBody {% (d) => build.orderStatement(d[1], d[3]) %}
  | "order" %name "by" names %end {% (d) => build.orderStatement(d[1], build.byBody(d[3])) %}
orderBody -> %name %end {% (d) => build.orderWord(d[0]) %}
  | "search" wishes %end {% (d) => build.searchBody(d[1]) %}
  | "path" list %end {% (d) => build.pathBody(d[1]) %}
  | "path" %string %end {% (d) => build.pathFile(d[1]) %}
  | single %end {% (d) => build.explicitBody(build.one([build.one(d)])) %}
  | item items %end {% (d) => build.explicitBody(build.one([build.prepend(d[0], d[1])])) %}
  | items "," itemLists %end {% (d) => build.explicitBody(build.prepend(d[0], d[2])) %}
itemLists -> items {% build.one %} | itemLists "," items {% build.more %}
items -> item {% build.one %} | items item {% build.next %}
item -> %name {% (d) => build.orderFactor(d[0]) %} | single {% id %}
single -> place {% id %} | instance {% id %} | group {% id %}
instance -> %name "(" bindings ")" {% (d) => build.orderInstance(d[0], d[2], d[3]) %}
place -> %number {% (d) => build.orderFactor(d[0]) %}
group -> "(" items ")" {% (d) => build.orderGroup(d[0], d[1], d[2]) %}
wishes -> wish {% build.one %} | wishes wish {% build.next %}
wish -> "minimizing" %name {% (d) => build.minimizing(d[1]) %}
  | "minimizing" %name "on" %name {% (d) => build.minimizing(d[1], d[3]) %}
  | "within" expr {% (d) => build.wish("within", d[1]) %}
  | "seed" expr {% (d) => build.wish("seed", d[1]) %}

# Words like `devices` and `over` are keywords in the statements that use them (lexer.ts), so that expressions end there.
machine -> "machine" %name "=" %name "(" inParentheses ")" %end {% (d) => build.machineStatement(d[1], build.call(d[3], d[5])) %}
  | "machine" %name "=" %name %string %end {% (d) => build.machineStatement(d[1], build.preset(d[3], d[4])) %}
  | "machine" %name "=" %name "with" links %end {% (d) => build.machineStatement(d[1], build.changed(d[3], d[5])) %}
  | "machine" %name "{" machineParts "}" %end {% (d) => build.machineStatement(d[1], build.block(d[2], d[3], d[4])) %}
links -> link {% build.one %} | links "," link {% build.more %}
link -> "link" "(" "node" expr "," "device" expr ")" "at" expr {% (d) => build.link(d[3], d[6], d[9]) %}
machineParts -> machinePart {% id %} | machineParts gap machinePart {% build.joinAcross %}
machinePart -> "device" "{" deviceParts "}" {% (d) => d[2] %}
  | "node" expr "devices" "over" expr latency {% (d) => build.tier(d[0], d[1], d[4], d[5]) %}
  | "cluster" expr "nodes" "over" expr latency {% (d) => build.tier(d[0], d[1], d[4], d[5]) %}
latency -> null {% () => undefined %} | "latency" expr {% (d) => d[1] %}
deviceParts -> devicePart {% id %} | deviceParts gap devicePart {% build.joinAcross %}
devicePart -> "peak" expr {% (d) => build.peak(d[0], d[1]) %}
  | "peak" "{" peaks "}" {% (d) => d[2] %}
  | "memory" expr "at" expr {% (d) => build.memory(d[0], d[1], d[3]) %}
  | "launch" expr {% (d) => build.launch(d[0], d[1]) %}
peaks -> peakOf {% id %} | peaks gap peakOf {% build.joinAcross %}
peakOf -> %name ":" expr {% (d) => build.peak(d[0], d[2], d[0]) %}
gap -> null | %newline | ";" | ","

slice -> "slice" %name "to" "fit" %name %end {% (d) => build.sliceToFit(d[1], d[4]) %}
  | "slice" %name "to" expr %end {% (d) => build.sliceTo(d[1], d[3]) %}
  | "slice" %name "over" refs %end {% (d) => build.sliceOver(d[1], d[3]) %}

distribute -> "distribute" %name on distributeWishes %end {% (d) => build.distributeStatement(d[1], d[2], d[3]) %}
distributeWishes -> null {% () => undefined %} | distributeWishes distributeWish {% build.next %}
distributeWish -> planWish {% id %}
  | "groups" "of" expr {% (d) => build.planWish(d[0], d[2]) %}
  | "by" %name {% (d) => build.planMethod(d[1]) %}
  | "over" stages {% (d) => build.planOver(d[0], d[1]) %}
planWish -> "devices" expr {% (d) => build.planWish(d[0], d[1]) %} | "within" expr {% (d) => build.planWish(d[0], d[1]) %}
stages -> stage {% build.one %} | stages "then" laterStage {% build.more %}
stage -> refs {% (d) => build.stage(d[0]) %}
laterStage -> refs "at" "step" expr {% (d) => build.stage(d[0], d[3]) %}

require -> "require" %name ":" budgets %end {% (d) => build.requireStatement(d[1], d[3]) %}
budgets -> budget {% build.one %} | budgets "," budget {% build.more %}
budget -> quantity %op expr {% (d) => build.budget(d[0], d[1], d[2]) %}
quantity -> %name {% (d) => build.word(d[0]) %} | %name %name {% (d) => build.run(d.map(build.word)) %}

run -> "run" %name target dry %end {% (d) => build.runStatement(d[1], d[2], d[3]) %}
target -> null {% () => undefined %} | on {% id %}
on -> "on" %name {% (d) => build.target(d[1]) %}
  | "on" %name "(" inParentheses ")" {% (d) => build.calledTarget(d[1], d[3]) %}
dry -> null {% () => false %} | "dry" {% () => true %}

compare -> "compare" %name on planWishes methods %end {% (d) => build.compareStatement(d[1], d[2], d[3], d[4]) %}
planWishes -> null {% () => undefined %} | planWishes planWish {% build.next %}
methods -> null {% () => undefined %} | ":" names {% (d) => d[1] %}
names -> %name {% (d) => build.one([build.word(d[0])]) %} | names "," %name {% (d) => build.more([d[0], d[1], build.word(d[2])]) %}

show -> "show" shown %end {% (d) => build.showStatement(d[1]) %}
shown -> showItem {% build.one %} | shown "," showItem {% build.more %}
showItem -> figure {% (d) => build.showItem(d[0]) %}
  | figure %name {% (d) => build.showItem(d[0], d[1]) %}
  | figure "of" %name target counts searching {% (d) => build.showItem(d[0], d[2], d[3], d[4], d[5]) %}
counts -> null {% () => undefined %}
  | "for" "devices" expr ".." expr {% (d) => build.countRange(d[2], d[4]) %}
  | "for" "devices" expr {% (d) => build.countList(d[2]) %}
searching -> null {% () => undefined %} | "search" {% () => [] %} | "search" wishes {% (d) => build.searching(d[1]) %}
figure -> %name {% id %} | "network" {% id %} | "order" {% id %}

refs -> ref {% build.one %} | refs "," ref {% build.more %}
ref -> %name {% (d) => build.reference(d[0]) %} | %family subscripts "}" {% (d) => build.family(d[0], d[1], d[2]) %}
subscripts -> subscript {% build.one %} | subscripts "," subscript {% build.more %}
subscript -> expr {% id %} | %keyword {% (d) => build.word(d[0]) %}

# Where no colon can follow, one may belong to the expression: a ? b : c.
whole -> piece {% id %} | whole wholePiece {% build.run %}
wholePiece -> piece {% id %} | ":" {% (d) => build.word(d[0]) %}
expr -> piece {% id %} | expr piece {% build.run %}
piece -> %number {% (d) => build.word(d[0]) %} | %name {% (d) => build.word(d[0]) %} | %op {% (d) => build.word(d[0]) %}
  | "(" ")" {% build.runs %} | "(" inside ")" {% build.runs %} | list {% id %}
list -> "[" "]" {% build.runs %} | "[" inside "]" {% build.runs %}
inside -> inner {% id %} | inside inner {% build.run %}
inner -> piece {% id %} | "," {% (d) => build.word(d[0]) %} | ":" {% (d) => build.word(d[0]) %}

inParentheses -> null {% () => undefined %} | anything {% id %}
anything -> any {% id %} | anything any {% build.join %}
any -> free {% id %} | "," {% build.lexeme %}
free -> %name {% build.lexeme %} | %number {% build.lexeme %} | %string {% build.lexeme %} | %keyword {% build.lexeme %}
  | %op {% build.lexeme %} | %newline {% build.lexeme %} | ":" {% build.lexeme %}
  | "=" {% build.lexeme %} | ".." {% build.lexeme %} | ";" {% build.lexeme %}
  | "(" anything ")" {% build.lexemes %} | "[" anything "]" {% build.lexemes %} | "{" anything "}" {% build.lexemes %}
  | %family anything "}" {% build.lexemes %}
