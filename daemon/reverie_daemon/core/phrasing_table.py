"""The table of phrasings: for each kind of question the ways in which developers put it, most specific first.

Data only. `<x>` and `<y>` stand for what is named, the other marks for `PIECES` that many phrasings share.
"""

from __future__ import annotations

from typing import Literal

Kind = Literal[
    "where", "what", "callers", "callees", "how", "relate", "impact", "tests", "history", "recent", "commit", "config",
    "run", "about", "family", "described", "talk",
]  # fmt: skip
"""`family` asks for subclasses or bases; `described` names nothing that the other kinds could start from."""

Direction = Literal["", "in", "out"]

PIECES = {
    "<x>": r"(?P<first>.+?)",
    "<y>": r"(?P<second>.+?)",
    "<sha>": r"(?P<first>[0-9a-f]{7,40}|head(?:[~^]\d*)*)",
    "<is>": r"(?:is|are|'s|was|were|gets?|does|do)",
    "<art>": r"(?:(?:the|a|an|any|all|all the|every|my|our|its) )?",
    "<call>": r"(?:calls?|uses?|invokes?|references?|instantiates?|creates?|consumes?|imports?|triggers?|refers? to)",
    "<called>": r"(?:called|used|invoked|referenced|instantiated|consumed|imported|needed|triggered|referred to)",
    "<callers>": r"(?:callers?|usages?|uses|references?|refs|invocations?|call ?sites?|calls|users|consumers)",
    "<defined>": r"(?:defined|implemented|declared|located|found|living|stored|coming from|written|created|exported)",
    "<change>": r"(?:chang|renam|remov|delet|modif|edit|refactor|touch|break|rewrit|mov|alter|replac|drop|deprecat)"
    r"(?:y(?:ing)?|e|es|ed|s|ing|ied|ies|ten)?",
    "<project>": r"(?:(?:this|the|our|my) (?:(?:whole|entire|current) )?(?:repo(?:sitory)?|project|code ?base|code"
    r"|library|package"
    r"|app(?:lication)?|program|tool|module here)|repo(?:sitory)?|project|code ?base)",
    "<proj>": r"(?:it|this|that|everything|things|<project>|<art>(?:dev(?:elopment)? )?(?:server|environment|setup"
    r"|docs?"
    r"|documentation|dependencies|deps|locally)|locally|from source|from scratch)",
    "<tests>": r"<art>(?:(?:unit|integration|whole|full|entire|single|one|e2e|end-to-end|existing|specific"
    r"|individual) )*"
    r"(?:tests?|test ?suite|suite|specs?|checks|test case)",
    "<how>": r"(?:how (?:do|does|can|should|would|could) (?:i|we|you|one|someone)|how to|how (?:is|are|do)"
    r"|(?:what(?:'s| is) )?(?:the )?(?:way|command|steps?|instructions?) (?:to|for|that)|where do i|can i|need to"
    r"|what do i (?:need to )?(?:type|do|run) to)",
    "<run>": r"(?:running|run|build|building|start|starting|launch|compile|compiling|install|installing|installed"
    r"|set ?up"
    r"|setting up|deploy|serve|package|lint|linting|format|formatting|type ?check|release|publish|use|get started with"
    r"|contribute to|develop|debug|built|started|compiled)",
    "<when>": r"(?:recently|lately|today|yesterday|this (?:week|month)|(?:in |over |during )?the (?:last|past) (?:few "
    r"|\d+ )?"
    r"(?:hours?|days?|weeks?|months?|commits?)|since (?:yesterday|last week|last month|monday)|last (?:week|month)"
    r"|the other day|so far|of late|just now)",
    "<last>": r"(?:<art>(?:last|latest|most recent|newest|previous|recent|this|that|current|head) commit|head|it"
    r"|the last change)",
}

TABLE: tuple[tuple[Kind, Direction, str, str], ...] = (
    # One commit.
    ("commit", "", "", r"what (?:did|does|was|has) (?:the )?commit <sha> (?:change|do|touch|add|fix|about)d?"),
    ("commit", "", "", r"what(?:'s| is| was| has been)? (?:changed )?(?:in|by|with) (?:the )?(?:commit )?<sha>"),
    ("commit", "", "", r"what (?:did|does) <sha> (?:change|do|touch|add|fix)"),
    ("commit", "", "", r"(?:(?:show|explain|describe|summari[sz]e|why) (?:me )?)?(?:the )?(?:commit )?<sha>"),
    ("commit", "", "why", r"why (?:was|did) (?:we )?(?:the )?(?:commit )?<sha>(?: made| done| happen)?"),
    ("commit", "", "", r"(?:who|when) (?:made|wrote|did) (?:the )?(?:commit )?<sha>"),
    ("commit", "", "", r"what (?:did|does|was|has) <last> (?:change|do|touch|add|fix|about)d?"),
    ("commit", "", "", r"what did (?:this|that|<last>) (?:just )?(?:change|do)(?:,? and why)?"),
    ("commit", "", "", r"what(?:'s| is| was| has)?(?: changed)? (?:in|by|with) <last>"),
    ("commit", "", "", r"(?:(?:show|explain|describe|summari[sz]e)(?: me)? )?(?:the )?(?:last|latest|most recent"
        r"|newest) commit"),
    ("commit", "", "why", r"why (?:was|did) <last>(?: made| done| happen)?"),
    # Lately.
    ("recent", "", "uncommitted", r"(?:what|which files) (?:did|have) i (?:change|edit|modif|do|touch)\w*(?: so far"
        r"| here)?"),
    ("recent", "", "uncommitted", r"(?:show )?(?:my |the |any )?(?:uncommitted|unstaged|local|pending|working)"
        r"(?: tree)? (?:changes|files|edits)"),
    ("recent", "", "uncommitted", r"what(?:'s| is| am)? (?:i working on|uncommitted|not committed(?: yet)?|dirty"
        r"|modified)"),
    ("recent", "", "", r"what(?:'s| is| has| was| have)?(?: been)?(?: the)? (?:changed|changing|new|happened|happening"
        r"|going on|went on|been happening)"
     r"(?: (?:here|in <project>|to <project>))?(?: <when>)?"),
    ("recent", "", "", r"what (?:has|have|did|changed)(?: (?:we|people|they|everyone|the team|others|been))*(?:"
        r" (?:been )?(?:working on|doing|do|change|changed|done|work on))?(?: <when>)"),
    ("recent", "", "", r"(?:show |list |give |tell )?(?:me )?(?:about )?(?:the )?(?:\d+ )?(?:recent|latest|last"
        r"|newest)(?: \d+| few)? (?:changes|commits|activity|work|history|updates)(?: (?:here|in|of|to) <project>"
        r"| here)?"),
    ("recent", "", "", r"(?:the )?(?:git )?(?:log|change ?log|commit (?:log|history)|history)(?: of <project>)?"),
    ("recent", "", "", r"(?:who|what) (?:has )?(?:been )?(?:committed|commits|worked|working|contributed)(?: here"
        r"| on <project>| to <project>)?(?: <when>)?"),
    ("recent", "", "", r"(?:which|what) (?:files|parts|areas|modules)(?: of <project>)? (?:have |were |are "
        r"|has )?(?:been )?(?:changed|changing|modified|touched|edited)(?: <when>| most| the most| often)*"),
    ("about", "", "", r"where (?:do|should) (?:i|we|one) (?:start|begin)(?: reading| looking)?(?: (?:in|with) "
        r"<project>| here)?"),
    # Running, building and testing; a name in the slot makes it a question about that name instead.
    ("run", "", "test", r"<how> (?:run|execute|launch|start|invoke)(?: all)? <tests>(?: (?:here|locally|for <project>"
        r"|in <project>|of <project>))?"),
    ("run", "", "test", r"<how> (?:<art>tests? )?<proj>(?: be)?(?: tested)"),
    ("run", "", "test", r"<how> test <proj>"),
    ("run", "", "test", r"(?:run(?:ning)?|execute|launch)(?: all)? <tests>(?: (?:here|locally|for <project>))?"),
    ("run", "", "test", r"(?:how|where) (?:are|do|can) <tests>(?: be)? (?:run|executed|launched|started)"),
    ("run", "", "test", r"(?:what(?:'s| is) )?(?:the )?tests? (?:command|runner|instructions|setup)"),
    ("run", "", "docs", r"<how> (?:build|make|generate|render|serve|preview|compile|write) <art>(?:html |api |sphinx )?"
        r"(?:docs?|documentation|manual|doc site|website)(?: (?:here|locally|of <project>|for <project>))?"),
    ("run", "", "types", r"<how> (?:run|use|start|execute|check) <art>(?:static )?(?:type ?check(?:er|ers|ing|s)?"
        r"|types?|typing|mypy|pyright)(?: (?:here|locally|on <project>|of <project>|in <project>))?"),
    ("run", "", "lint", r"<how> (?:run|use|start|execute|check) <art>(?:linters?|formatters?|linting|code ?style|style"
        r"(?: checks?)?|formatting)(?: (?:here|locally|on <project>|of <project>|in <project>))?"),
    ("run", "", "", r"<how> <run>(?:,? (?:and|or|,)?(?: ?(?:run|test|build|install|start|lint|use|deploy|debug"
        r"|set ?up)))+(?: <proj>)?(?: locally| here)?"),
    ("run", "", "<run>", r"<how> (?P<verb><run>)(?: <proj>)?(?: (?:up|locally|here|from source|from scratch|in"
        r" (?:dev(?:elopment)?|debug|production)(?: mode)?))*"),
    ("run", "", "<run>", r"(?P<verb>build|install|setup|set up|installation|getting started|quick ?start|lint|run"
        r"|deploy|development|compile)(?:ing)?"
     r"(?: (?:it|<project>|instructions?|steps?|commands?|guide|locally))*"),
    ("run", "", "build", r"(?:what(?:'s| is) )?(?:the )?(?:build|make) (?:command|system|tool|instructions|process"
        r"|setup)(?: (?:of|for|here|in) <project>)?"),
    ("run", "", "install", r"(?:what(?:'s| is| are) )?(?:the )?(?:dependencies|requirements|prerequisites)(?: (?:of"
        r"|for|here|in) <project>)?"),
    ("run", "", "install", r"what (?:dependencies|packages|libraries)(?: does <project> (?:have|need|use|depend on)"
        r"| are (?:needed|required|used))?"),
    ("run", "", "install", r"what (?:does|do) <project> (?:depend on|need|require)"),
    ("what", "", "source", r"(?:show|print|give|display|cat)(?: me)? (?:the )?(?:full |whole )?(?:code|source(?: code)?"
        r"|body|implementation) (?:of|for) <x>"),
    ("talk", "", "", r"(?:many )?(?:thanks?(?: you)?(?: very much| a lot| so much)?|thx|ty|ok(?:ay)?|cool|great|nice"
        r"|good(?: morning| job)?|perfect|awesome|hi|hello|hey|bye|yes|no|got it|i see|who are you|what can you do"
        r"|help)"),
    # The repository as a whole.
    ("about", "", "", r"what(?:'s| is| does| do)? (?:this|it|<project>)(?: (?:all|really|actually))*(?: (?:about|for"
        r"|do|doing|used for|all about))?"),
    ("about", "", "", r"what (?:is|are|does) (?:this|the) (?:\w+ )?<project> (?:about|for|do|supposed to do)?"),
    ("about", "", "", r"what(?:'s| is) (?:the )?(?:purpose|goal|point|idea|role|architecture|structure|layout) (?:of"
        r"|behind) (?:this|it|<project>)"),
    ("about", "", "", r"(?:tell me about|describe|explain|summari[sz]e|introduce|give (?:me )?an? (?:overview|summary"
        r"|tour) of|overview of|summary of|outline|onboard me to)"
     r" (?:this|it|<project>)(?: to me)?"),
    ("about", "", "", r"(?:an? |the |project |repo(?:sitory)? |code ?base |high[- ]level )*(?:overview|summary"
        r"|architecture|readme|introduction|intro|about|structure|layout|tour)(?: (?:of|for) <project>)?"),
    ("about", "", "", r"how (?:is|are|does) (?:this|it|<project>) (?:be )?(?:organi[sz]ed|structured|laid out|set out"
        r"|arranged|work|split(?: up)?)(?: overall)?"),
    ("about", "", "", r"what (?:are|is) (?:the )?(?:main|major|important|key|core) (?:parts?|modules?|components?"
        r"|folders?|packages?|entry ?points?|pieces?|files?|classes)"
     r"(?: (?:of|in|here) ?(?:<project>)?| here)?"),
    ("about", "", "", r"(?:what|which) (?:programming )?languages?(?: (?:is|are|does))?(?: <project>| this| it)?(?:"
        r" (?:written in|used|use|in|made of))*(?: here)?"),
    ("about", "", "", r"how (?:big|large|many (?:files|lines)(?: of code)?)(?: (?:is|are|does|has))?(?: there)?(?:"
        r" (?:this|it|in|<project>))*(?: have)?"),
    ("about", "", "", r"(?:where(?:'s| is| are) )?(?:the )?(?:main )?entry ?points?(?: (?:of|to|in|for) (?:this"
        r"|<project>))?"),
    # What a change would touch.
    ("tests", "in", "", r"(?:which|what) tests? (?:should|do|must|would) (?:i|we) (?:re-?)?run (?:if|when|after|for)"
        r" (?:i |we )?(?:<change> )?<x>"),
    ("tests", "in", "", r"(?:which|what) tests? (?:will |would |could |might )?(?:break|fail|be affected"
        r"|are affected)s? (?:if|when|by) (?:i |we )?<change> <x>"),
    ("impact", "in", "", r"what(?:'s|'ll)? (?:will |would |could |might |can |is going to |else )?(?:happens?|breaks?"
        r"|fails?|be affected|is affected|changes?|stops working|be impacted|gets? affected|needs? (?:to change"
        r"|updating))"
     r" (?:if|when|by|once|after) (?:i |we |you |someone |one )?(?:were to |would )?<change> <x>"),
    ("impact", "in", "", r"what(?:'s|'ll)? (?:will |would |could |might )?(?:happens?|breaks?|fails?|be affected"
        r"|is affected|stops working)(?: to)?"
     r" (?:if|when|by|once) <x> (?:(?:is|are|was|were|gets?|got) )?(?:changed|changes|removed|renamed|deleted|modified"
     r"|edited|broken|gone|moved|refactored|replaced)"),
    ("impact", "in", "", r"what (?:will|would|does|could|might) (?:i )?<change> <x> (?:break|affect|impact|do|touch"
        r"|cause|change)"),
    ("impact", "in", "", r"(?:what|who|which \w+) (?:will|would|does|could|might) <art>(?:changes?|edits?)"
        r" (?:of|to|in) <x> (?:break|affect|impact|touch|concern)"),
    ("impact", "in", "", r"(?:<art>(?:impact|consequences?|effects?|blast radius|ripple effects?|implications?|risks?"
        r"|side effects?)) (?:of|from|for|when) (?:<change> )?<x>"),
    ("impact", "in", "", r"what(?:'s| is| are|'re) (?:the )?(?:impact|consequences?|effects?|blast radius"
        r"|ripple effects?|implications?|risks?) (?:of|from|for|when|if) (?:i |we )?(?:<change> )?<x>"),
    ("impact", "in", "", r"(?:if|when) (?:i|we) <change> <x>,? (?:then )?(?:what|which|who|does|will|would)\b.*"),
    ("impact", "in", "", r"(?:is it (?:safe|ok|okay|fine|risky|dangerous) to|can (?:i|we)(?: safely)?|may i|should i"
        r"|safe to|could i) <change> <x>"),
    ("impact", "in", "", r"<change> <x>,? (?:what|which) .*"),
    ("impact", "in", "", r"(?:what|who|which (?:code|files?|modules?|parts?|functions?|classes)|what (?:code|files?"
        r"|modules?|parts?|functions?|classes|else))(?: all| else)? (?:would be |is |are |will be )?(?:depends?"
        r"|relies|rely|affected|impacted|dependent)"
     r" (?:on|upon|by)(?: changing| changes to| a change (?:of|in|to))? <x>"),
    ("impact", "in", "", r"(?:dependents|dependants|reverse dependencies) of <x>"),
    # Tests.
    ("tests", "in", "", r"(?:which|what|are there(?: any)?|do we have(?: any)?|is there(?: an?)?|show(?: me)?|find"
        r"|list|where(?: are|'s| is)?) ?(?:the |all )?(?:unit |integration )?(?:tests?|specs?|test (?:cases?|files?"
        r"|functions?))(?: (?:that|which))?"
     r"(?: (?:cover(?:s|ing)?|tests?|testing|exercis(?:e|es|ing)|check(?:s|ing)?|for|of|touch|hit|use|call|verify"
     r"|target|about|against|on))+ <x>"),
    ("tests", "in", "", r"(?:tests?|specs?|test (?:cases?|coverage|files?)|coverage) (?:for|of|covering|that cover|on"
        r"|against) <x>"),
    ("tests", "in", "", r"(?:is|are|how is|how are|where is|where are|how well is|who tests) <x> (?:be )?(?:(?:well "
        r"|actually |ever |even |unit[- ]?)?tested|covered(?: by (?:any )?tests?)?|exercised)(?: anywhere| at all)?"),
    ("tests", "in", "", r"(?:is|are) <x> (?:ever |actually )?(?:used|called|tested|covered|exercised) (?:by|in|from)"
        r" (?:the |any |some )?(?:unit |integration )?tests?"),
    ("tests", "in", "", r"(?:does|do) <x> have (?:any |unit |good )*(?:tests?|test coverage|coverage)"),
    ("tests", "in", "", r"(?:what|who) tests <x>"),
    ("tests", "in", "", r"<x> (?:tests|test coverage|test cases|specs)"),
    # Who calls, what is called.
    ("callers", "in", "raise", r"(?:who|what|which (?:code|functions?|methods?|places?))(?: (?:can|could|may|might))?"
        r" (?:raises?|throws?|panics? with|rejects? with) <art><x>(?: (?:error|exception)s?)?"),
    ("callers", "in", "raise", r"(?:where|when) (?:is|are|does|do|'s|was) <art><x>(?: (?:error|exception)s?)?"
        r" (?:get |gets |being )?(?:raised|thrown)(?: from| by| at| in)?"),
    ("callers", "in", "", r"(?:who|what|which (?:\w+ )?(?:code|functions?|methods?|classes|class|files?|modules?"
        r"|places?|callers?|parts?|tests?)|what (?:code|functions?|methods?|classes|files?|modules?|else))"
     r"(?: of <project>)?(?: all| else| actually| directly| currently| really| here)?(?: (?:can|could|would|might"
     r"|may))? <call> <x>"),
    ("callers", "in", "", r"(?:where|from where|when|by whom|by what|how often|how many times|in (?:which|what"
        r"|how many) (?:places?|files?|modules?)) (?:is|are|does|do|'s|was|did|all is|else is|else are) (?:we |it "
        r"|i )?<x> (?:being |get |gets )?(?:actually |ever )?<called>"
     r"(?: from| by| at| in| anywhere)?"),
    ("callers", "in", "", r"(?:where|when|how often) (?:do|does|did) (?:we|i|you|they|it|<project>) (?:call|use|invoke"
        r"|reference|instantiate|import|create) <x>"),
    ("callers", "in", "", r"(?:is|are) <x> (?:still |ever |even |actually |being )*(?:<called>|dead(?: code)?"
        r"|unused)(?: anywhere| at all| somewhere| from anywhere| by anything| by anyone)*"),
    ("callers", "in", "", r"(?:(?:find|show|list|get|give|what are|who are|where are|see|look up|any|how many)"
        r"(?: me)? )?(?:the |all |all the |every |any |me )*(?:known )?<callers> (?:of|to|for|on|are there of)"
        r"(?: the)? <x>"),
    ("callers", "in", "", r"(?:find|show|list|get)(?: me)? (?:all |every |the )*(?:code|places?|functions?|files?"
        r"|everything|everyone|everywhere|methods?|callers?|spots?)? ?(?:that|which|where|who"
        r"|we)? ?(?:we )?<call> <x>"),
    ("callers", "in", "", r"(?:everything|everyone|everywhere|anything|code|functions|places|files) (?:that |which "
        r"|who |we |where we )?<call> <x>"),
    ("callers", "in", "", r"how many (?:places|files|functions|callers|times|modules|usages) (?:call|use|reference"
        r"|import|is|are|does|do|of)s? <x>(?: (?:have|get called|called|used))?"),
    ("callers", "in", "", r"does (?:anything|anyone|any code|something|someone) (?:still )?<call> <x>"),
    ("callers", "in", "", r"<x> (?:is |gets )?<called> (?:where|by|from where|by (?:what|who|whom))"),
    ("callers", "in", "", r"<x>(?:'s)? (?:callers|usages|usage|references|call ?sites|users|call hierarchy)"),
    ("callees", "out", "", r"(?:what|which)(?: (?:\w+ )?(?:code|functions?|methods?|classes|files?|modules?|else"
        r"|other functions|things|helpers?))? (?:does|do|is|are|all does|did) <x> (?:directly |actually |internally "
        r"|then |all )?(?:call|use|invoke|reference|instantiate|import|depend on|rely on|need|require|calling"
        r"|delegate to|trigger|consume)"
     r"(?: internally| directly| on)?"),
    ("callees", "out", "", r"(?:what|who|which (?:functions?|methods?|classes))(?:'s| is| are| gets| get) <called>"
        r"(?: directly)? (?:by|from|in|inside|within) <x>"),
    ("callees", "out", "", r"(?:(?:find|show|list|what are)(?: me)? )?(?:the |all |all the )*(?:callees|dependencies"
        r"|deps|outgoing calls|calls made|functions called|methods called|imports|functions used|things called)"
        r"(?: (?:of|by|from|in|made by|inside))+ <x>"),
    ("callees", "out", "", r"(?:what|which) (?:functions |methods )?calls? (?:does|do|are) <x> (?:make|made)"),
    ("callees", "out", "", r"<x> (?:calls|uses|depends on|invokes) (?:what|which(?: functions| methods)?|whom|who)"),
    ("callees", "out", "", r"<x>(?:'s)? (?:callees|dependencies|outgoing calls|imports)"),
    # Families of classes.
    ("family", "in", "", r"(?:(?:find|show|list|what are|which are|give)(?: me)? )?(?:the |all |all the "
        r"|any )*(?:subclasses|sub ?types|derived classes|implementations|implementers|implementors|children"
        r"|child classes|descendants|subtypes|inheritors|impls)(?: (?:of|for))+ <x>"),
    ("family", "in", "", r"(?:who|what|which (?:\w+ )?(?:classes|class|types?|structs?|things?)|what (?:classes|types?"
        r"|structs?)|does anything|classes that|everything that) (?:else )?(?:extends?|implements?|inherits?"
        r"(?: from)?|subclass(?:es)?|derives? from|overrides?) <x>"),
    ("family", "in", "", r"<x>(?:'s)? (?:subclasses|implementations|subtypes|descendants)"),
    ("family", "out", "", r"(?:(?:find|show|list|what (?:is|are)|what's)(?: me)? )?(?:the |all )*(?:base ?class(?:es)?"
        r"|superclass(?:es)?|parents?(?: class(?:es)?)?|bases|ancestors|mro|super ?types?|interfaces)(?: of"
        r"| for)+ <x>"),
    ("family", "out", "", r"(?:what|which (?:class(?:es)?|interfaces?|traits?|types?)) (?:does|do|is|are) <x>"
        r" (?:extend|implement|inherit(?: from)?|subclass|derive from|derived from|inheriting from|a subclass of)"),
    # Two things.
    ("relate", "", "difference", r"(?:what(?:'s| is| are) )?(?:the )?(?:main )?differences? between <x> and <y>"),
    ("relate", "", "difference", r"how (?:is|are|does|do) <x> (?:different|differ)s? from <y>"),
    ("relate", "", "difference", r"how (?:do|are|does) <x> and <y> (?:differ|different)"),
    ("relate", "", "difference", r"<x> (?:vs\.?|versus) <y>"),
    ("relate", "", "difference", r"compare <x> (?:and|to|with) <y>"),
    ("relate", "", "", r"how (?:do|are|does|is) <x> and <y> (?:relate|related|interact|connect|connected|work together"
        r"|fit together|linked|play together|communicate|depend on each other|interplay|coupled)(?: to each other"
        r"| with each other| together)?"),
    ("relate", "", "", r"how (?:does|do|is|are) <x> (?:relate|related|connect|connected|linked|interact|coupled"
        r"|tied)(?: to| with) <y>"),
    ("relate", "", "", r"(?:(?:what(?:'s| is)|explain|describe|show(?: me)?) )?(?:the )?(?:relation(?:ship)?"
        r"|connection|link|interaction|interplay|coupling|dependency|path|call path|call chain|route) (?:between"
        r"|from) <x> (?:and|to) <y>"),
    ("relate", "", "", r"how <x> (?:relates?|connects?) to <y>"),
    ("relate", "", "", r"how (?:does|do) <x> (?:use|call|reach|get to|end up in|end up calling|depend on|invoke"
        r"|lead to|talk to|know about) <y>"),
    ("relate", "", "", r"(?:does|do|is|can) <x> (?:use|call|reach|depend on|know about|import|related to|ever call) "
        r"<y>"),
    ("relate", "", "", r"what (?:connects|links|ties|relates) <x> (?:and|to|with) <y>"),
    ("relate", "", "", r"<x> and <y> relation(?:ship)?"),
    # History.
    ("history", "", "why", r"why (?:is|are|was|were|does|do|did) <x> (?:like (?:this|that|it is)|(?:the way|how)"
        r" (?:it is|they are)|this way|that way|written (?:like this|this way)|done (?:this|that) way|look like this"
        r"|so (?:complicated|complex|weird)"
     r"|exist|there|here|needed|added|introduced|changed|created|removed|rewritten|refactored|get added|get changed"
     r"|deprecated|renamed|moved|split|dropped"
     r"|made)"),
    ("history", "", "why", r"why (?:did|do) (?:we|they|someone|you) (?:add|change|introduce|write|have|need|create"
        r"|keep) <x>(?: like this| this way)?"),
    ("history", "", "why", r"(?:the )?(?:reason|rationale|motivation|story|background) (?:for|behind|of) <x>"),
    ("history", "", "why", r"what(?:'s| is| was) the (?:reason|rationale|motivation|story|history|background) (?:for"
        r"|behind|of) <x>"),
    ("history", "", "who", r"who (?:has |have )?(?:last |first |originally |recently |most recently )?(?:changed|wrote"
        r"|touched|modified|owns?|maintains?|edited|introduced|added|created|authored|worked on|knows?(?: about)?"
        r"|did|made|implemented|is responsible for|can i ask about|should i ask about|broke|works on)"
     r"(?: the)? <x>(?: last| first| recently| lately)?"),
    ("history", "", "who", r"who(?:'s| is| was| are) (?:the )?(?:author|owner|maintainer|expert|last (?:author|editor"
        r"|person)|responsible|contributors?|to ask)(?: (?:of|for|on|about|to (?:change|touch|edit)))+ <x>"),
    ("history", "", "when", r"when (?:was|were|did|has|is|does) <x> (?:last |first |recently )?(?:be "
        r"|been )?(?:changed?|modified|modify|added|introduced|created|touched|edited|updated?|written|removed"
        r"|appear(?:ed)?)"),
    ("history", "", "when", r"when (?:did|have) (?:we|they|someone|i) (?:last )?(?:change|add|introduce|touch|modify"
        r"|edit|write)d? <x>"),
    ("history", "", "", r"(?:(?:show|give|what(?:'s| is)|tell me|explain)(?: me)? )?(?:the )?(?:git |change "
        r"|commit )?(?:history|blame|log|changelog|evolution|changes|authors?|commits)(?: (?:of|for|to|on|in"
        r"|behind|touching))+ <x>"),
    ("history", "", "", r"(?:git )?(?:blame|log) <x>"),
    ("history", "", "", r"what(?:'s| is| has| was| have)?(?: been)? (?:changed|changes|new|happened|changing)(?:"
        r" (?:recently|lately))? (?:in|to|with|about|on) <x>(?: (?:recently|lately|<when>))?"),
    ("history", "", "", r"(?:the )?(?:recent|latest|last|newest)(?: \d+| few)? (?:changes?|commits?|edits?"
        r"|updates?)(?: (?:to|in|of|on|for|touching))+ <x>"),
    ("history", "", "", r"how (?:has|did) <x> (?:changed?|evolved?)(?: over time| recently| lately| since .*)?"),
    ("history", "", "", r"<x>(?:'s)? (?:history|blame|changelog|changes|authors|commits|git log)"),
    # Configuration.
    ("config", "", "", r"(?:where|how|in (?:which|what) file) (?:is|are|can|do|does|could|should|would|'s) (?:i |we "
        r"|you |one |the )?<x> (?:be |get |gets )?(?:configured|configurable|set up|customi[sz]ed|enabled|disabled"
        r"|overridden|turned (?:on|off))(?: in| by| from| with)?"),
    ("config", "", "", r"(?:where|how) (?:do|does|can|could|should|would) (?:i|we|you|one|someone) (?:re)?(?:configure"
        r"|customi[sz]e|enable|disable|set(?! up)|override|turn (?:on|off)|tune|switch (?:on|off)) <x>"),
    ("config", "", "", r"how to (?:re)?(?:configure|customi[sz]e|enable|disable|set(?! up)|override|turn (?:on|off)"
        r"|tune) <x>"),
    ("config", "", "", r"(?:what|which)(?:'s| is| are)? (?:the )?(?:config(?:uration)?s?|settings?|options?"
        r"|env(?:ironment)? ?var(?:iable)?s?|flags?|cli (?:flags?|options?|arguments?)|command[- ]line (?:flags?"
        r"|options?|arguments?)|parameters to configure)"
     r"(?: (?:are|is|does|do|can|exist|there|available|supported|read|used|here|i|we|<project>|it|have|has|support"
     r"|read|use|set|in|of|needed|required))*"),
    ("config", "", "", r"(?:what|which)(?:'s| is| are)? (?:the )?(?:config(?:uration)?s?(?: (?:keys?|values?|options?"
        r"|settings?|file))?|settings?|options?|env(?:ironment)? ?var(?:iable)?s?|flags?|key)"
     r" (?:(?:that|which|to) )?(?:controls?|configures?|sets?|affects?|governs?|enables?|disables?|turns? (?:on|off)"
     r"|determines?|(?:is|are) (?:used )?for|for|of|does) <x>(?: (?:have|support|read|use|take|need))?"),
    ("config", "", "", r"(?:the )?(?:config(?:uration)?|settings?|options?|env(?:ironment)? ?var(?:iable)?s?"
        r"|defaults?)(?: (?:keys?|values?|options?|file))?(?: (?:for|of|in))+ <x>"),
    ("config", "", "", r"(?:what(?:'s| is| are) )?(?:the )?defaults?(?: values?| settings?)? (?:of|for) <x>"),
    ("config", "", "", r"(?!.* files? (?:is |are |gets? )*(?:read|loaded|parsed))"
        r"where(?:'s| is| are|do i find| does)? ?(?:the |all |all the "
        r"|<project>(?:'s)? )?(?:config(?:uration)?s?|settings?|options|env(?:ironment)? ?var(?:iable)?s?)(?:"
        r" (?:files?|values?|options?|live|stored|kept|defined|read|loaded|come from|located|set))*"),
    ("config", "", "", r"where(?:'s| is| are) the <x> (?:config(?:uration)?|settings?|option"
        r"|env(?:ironment)? ?var(?:iable)?|flag)(?: (?:set|defined|read|stored|located|kept|loaded))?"),
    ("config", "", "", r"where (?:does|do) <x> (?:get|read|load|take) its? (?:config(?:uration)?|settings?|options?"
        r"|values?)(?: from)?"),
    ("config", "", "", r"(?:list |show |all )*(?:config(?:uration)?|settings?|env(?:ironment)? ?var(?:iable)?s?"
        r"|cli flags|cli options|feature flags|command[- ]line options|configuration options|config options"
        r"|config files?)"),
    # Places.
    ("where", "", "", r"where(?:'s| is| are| was| were| does| do| can i find| do i find| can we find| do we| to find"
        r"| in <project> is| exactly is| abouts is)? (?:the )?(?:definitions?|declarations?|implementations?"
        r"|source(?: code)?|code) (?:of|for) <x>"),
    ("where", "", "", r"where(?:'s| is| are| was| were|abouts is| exactly is| in <project> (?:is|are)| on earth is"
        r"| the hell is) <x>(?: (?:being |actually |originally )?<defined>)?(?: (?:at|in|from|exactly|actually))?"),
    ("where", "", "", r"where (?:does|do|did) <x> (?:live|sit|come from|reside|get defined|get implemented|stay"
        r"|originate)"),
    ("where", "", "", r"where (?:do|does|can|could|did|should|would|might) (?:i|we|you|they|one|it|<project>) (?:find"
        r"|locate|look for|define|implement|declare|see|get|have|keep|store|look up|search for)(?: the"
        r" (?:definition|code|source|implementation)(?: of| for))? <x>"),
    ("where", "", "", r"where to find <x>"),
    ("where", "", "", r"(?:in )?(?:which|what)(?:'s| is)? (?:the )?(?:source )?(?:file|module|class|folder|directory"
        r"|package|path|line)(?: (?:of|for|is|are|does|do|has|contains?|defines?|declares?|implements?|holds?|have"
        r"|with|where)(?: is)?)+ <x>(?: (?:in|<defined>|live in|live|located in|from))*"),
    ("where", "", "", r"(?:find|locate|goto|go to|jump to|open|look up|grep|search(?: for)?|point me to|take me to"
        r"|navigate to) (?:me )?(?:the )?(?:(?:definition|declaration|implementation|source(?: code)?|code|file"
        r"|location|path)(?: of| for| with)? )?<x>"),
    ("where", "", "", r"(?:the )?(?:definition|declaration|location|implementation|source(?: code)?|path) (?:of"
        r"|for) <x>"),
    ("where", "", "", r"<x> (?:definition|declaration|location|source(?: code)?|defined where|is where|where"
        r"|where is it|is defined where|implementation)"),
    # How it works.
    ("how", "", "", r"how (?:does|do|is|are|did|'s|exactly does|exactly do) <x> (?:actually |really |internally "
        r"|exactly |even |get |being )*(?:works?|functions?|operates?|implemented|done|behaves?|happens?|handled"
        r"|processed|computed|run|executed|built|performed|structured|organi[sz]ed|defined|made|managed|go)"
     r"(?: internally| exactly| under the hood| inside| step by step| behind the scenes| in detail| here| overall)*"),
    ("how", "", "", r"how <x> (?:actually |really |internally )?(?:works?|functions?|operates?|behaves?|(?:is|are)"
        r" (?:implemented|handled|processed|done|structured))(?: internally| exactly| under the hood)*"),
    ("how", "", "", r"(?:explain|show|tell|describe|understand|help me understand|teach|i want to understand"
        r"|elaborate on)(?: to)?(?: me)?(?: in detail)? how (?:does |do |is |are )?<x> (?:actually |really "
        r"|internally )?(?:works?|functions?|operates?|behaves?|(?:is |are )?(?:implemented|handled|done))"
        r"(?: internally| exactly| under the hood| step by step)*"),
    ("how", "", "", r"(?:walk me through|step (?:me )?through|trace(?: through)?|take me through|talk me through"
        r"|go through|guide me through|run me through|break down|dive into|deep dive into|follow)"
        r" (?:the )?(?:(?:flow|code|execution|steps|logic|control flow|implementation)(?: of| in| through"
        r"| for)? )?<x>"),
    ("how", "", "", r"(?:what(?:'s| is| are)|show|describe|explain)?(?: me)? ?(?:the )?(?:control |execution |data "
        r"|call )?(?:flow|steps|sequence|pipeline|lifecycle|life cycle|algorithm|logic|internals|call graph"
        r"|order of events|mechanics|implementation details?)(?: (?:of|in|for|inside|behind|through"
        r"|when calling))+ <x>"),
    ("how", "", "", r"what (?:exactly |all |actually )?(?:happens|goes on|occurs|is going on|is happening"
        r"|does happen) (?:in|inside|during|within|under the hood (?:of|in)|behind the scenes (?:of|in)|when (?:i "
        r"|we |you |someone )?(?:call|run|invoke|execute|use|instantiate|create|construct)(?:ing)?|when calling"
        r"|after calling|if i call|after|on) <x>"),
    ("how", "", "", r"what (?:exactly |all |actually )?happens when <x> (?:is |gets )?(?:called|runs?|executed|invoked"
        r"|executes|instantiated|created|starts|constructed)"),
    ("how", "", "", r"<x> (?:flow|internals|step by step|walkthrough|implementation details|control flow|call graph"
        r"|under the hood)"),
    ("how", "", "", r"(?:explain|elaborate on|break down)(?: to me| me)? <x>(?: to me| step by step| in detail)*"),
    # What it is.
    ("what", "", "", r"what(?:'s| is| does)(?: the code)? (?:at|on|around|near)(?: the)? <x>(?: do| doing| for)?"),
    ("what", "", "", r"what <x> (?:does|is|means|represents|stands for|is for|is used for)"),
    ("what", "", "", r"what (?:does|do|did|exactly does|is|are|can|should|would) <x> (?:actually |really |exactly "
        r"|even |supposed to |meant to |used to )*(?:do|for|mean|represent|stand for|used for|good for|about|provide"
        r"|does|hold|contain|accomplish|responsible for|all about)"
     r"(?: exactly| actually| here| in (?:general|practice))*"),
    ("what", "", "signature", r"what (?:arguments?|args?|parameters?|params?|inputs?|kwargs|keyword arguments"
        r"|options)(?: (?:does|do|can|is|are))? <x> (?:take|accept|expect|have|need|get|receive|passed|require"
        r"|support)s?"),
    ("what", "", "signature", r"(?:what(?:'s| is| are) )?(?:the )?(?:signature|arguments?|args?|parameters?|params"
        r"|kwargs|api|interface) (?:of|for|to) <x>"),
    ("what", "", "signature", r"how (?:do|should|can|would) (?:i|we|you) (?:call|use|invoke|instantiate|create) <x>"),
    ("what", "", "signature", r"<x> (?:signature|arguments|args|parameters|params)"),
    ("what", "", "members", r"(?:what|which)(?:'s| is| are)? (?:all )?(?:the )?(?:methods?|members?|attributes?"
        r"|properties|fields?|functions?|classes|symbols|contents?)(?: (?:does|do|are|is|of|in|on|there|inside"
        r"|defined|has|have|available))+ <x>(?: (?:have|has|define|contain|provide|offer|expose))?"),
    ("what", "", "members", r"(?:list |show )?(?:the |all )*(?:methods|members|attributes|fields|functions|classes"
        r"|contents|outline) (?:of|in|on|from) <x>"),
    ("what", "", "members", r"what(?:'s| is) (?:in|inside|defined in|contained in|in the file) <x>"),
    ("what", "", "", r"(?:what(?:'s| is| are| was) )?(?:the )?(?:purpose|role|responsibility|job|point|meaning|use"
        r"|intent|function|responsibilities|goal|description|idea) (?:of|behind) <x>(?: (?:for|in (?:this"
        r"|the) .*))?"),
    ("what", "", "", r"(?:tell me(?: more)? about|describe|summari[sz]e|document|docs? (?:for|of|on)|documentation"
        r" (?:for|of|on)|info(?:rmation)? (?:on|about|for)|give me info on|define|help with|meaning of|doc|man"
        r"|show(?: me)?(?: the code (?:of|for))?|what about|about|what do you know about|overview of"
        r"|summary of) <x>"),
    ("what", "", "", r"(?:why|when) (?:do|would|should) (?:i|we|you|one) (?:need|use|want) <x>"),
    ("what", "", "", r"(?:what|who|what the hell|what kind of (?:thing|object))(?:'s| is| are| was| were|s) <x>(?:"
        r" (?:for|used for|about|exactly|doing|here|good for|all about|supposed to do|responsible for))*"),
)  # fmt: skip
