namespace TrlSharp.Data.Tests.Templates.Differential;

/// <summary>
/// What generated programs are made of. <c>$</c> and a letter stand for something generated in turn: S text, I integer, F real, N number, B truth
/// value, L list, D map, M list of maps, A anything, V a new variable, R a variable read, K an integer that is small, W white space.
/// </summary>
internal static class ProgramTables
{
    public static readonly Dictionary<char, string[]> Leaves = new()
    {
        ['S'] =
        [
            "s", "t", "u", "e", "long", "html", "csv", "path", "'a'", "''", "\"it's\"", "'x\\ny'", "'Größe'", "'%s|%d'", "'{} {}'", "'a,b,,c'", "' pad '", "'\\t'", "'👍🏽'", "'AbC dEf'", "'1_000'",
            "'0x1f'", "'-7'", "'1e3'", "'<b>&\"'", "'\\u00e9\\x41\\\\'", "words[0]", "d.a", "objs[1].name", "messages[0].content", "messages[-1]['role']", "bos_token", "'nan'", "'abc' 'def'",
        ],
        ['I'] = ["n", "z", "neg", "big", "0", "1", "2", "3", "-1", "-2", "7", "10", "255", "1_000", "0x1F", "0b101", "0o17", "lst[0]", "d.n", "words|length", "messages|length"],
        ['K'] = ["0", "1", "2", "3", "-1", "-2", "5", "n", "z", "neg"],
        ['F'] = ["f", "g", "h", "0.0", "1.5", "-2.25", "1e3", "1E-5", "1.0", "0.1", "1e22", "123456.789", "2.5", "3.5", "1e-7", "h * 1e300 * 10.0", "5e-324"],
        ['N'] = ["n", "f", "1", "2.0", "big", "true"],
        ['B'] = ["yes", "no", "true", "false", "True", "False"],
        ['L'] = ["lst", "words", "nested", "[]", "[1, 2]", "(1, 'x')", "()", "('one',)", "[none, true, 1.5]", "mixed", "['b', 'A', 'a', 'B']", "range(4)", "[1, true, 1.0, 0, false]", "objs"],
        ['D'] = ["d", "{}", "{'k': 1}", "{'b': 2, 'a': 1, 'C': 3}", "{1: 'i', 'x': none, true: 'dup'}", "objs[0]", "messages[2]", "{'items': 1, 'x y': [1]}", "empty", "{1.0: 'f', none: 0}"],
        ['M'] = ["objs", "messages", "[{'name': 'q', 'age': 2}]", "objs[1:]", "messages[::-1]"],
        ['A'] = ["none", "None", "nil", "missing", "d.missing", "objs", "range", "namespace(a=1)", "s", "n", "d", "lst", "f", "yes"],
    };

    public static readonly Dictionary<char, string[]> Expressions = new()
    {
        ['S'] =
        [
            "$S + $S", "$S ~ $A", "$A ~ $A ~ $A", "$S * $K", "$K * $S", "$S[$K]", "$S[$K:$K]", "$S[$K:]", "$S[:$K]", "$S[::$K]", "$S[::-1]", "$S|upper", "$S|lower", "$S|title", "$S|capitalize", "$S|trim", "$S|trim($S)",
            "$A|string", "$S|replace($S, $S)", "$S|replace($S, $S, $K)", "$S|indent", "$S|indent($K)", "$S|indent($K, true)", "$S|indent(first=true, blank=$B, width=$K)", "$S|indent('> ')", "$S|center($K)", "$S|center(20)",
            "$S|truncate(9)", "$S|truncate(12, $B, '…', $K)", "long|truncate(30, leeway=0)", "long|wordwrap(20)", "$S|wordwrap($K)", "long|wordwrap(12, false)", "long|wordwrap(9, break_long_words=$B, wrapstring=$S, break_on_hyphens=$B)",
            "$S|escape", "$S|e", "$S|safe", "$S|forceescape", "html|striptags", "$S|striptags", "$S|urlencode", "$D|urlencode", "$L|join", "$L|join($S)", "$M|join(', ', attribute='name')", "$A|tojson", "$A|tojson(indent=$K)",
            "$A|tojson(indent=2, ensure_ascii=$B)", "$D|tojson(sort_keys=true)", "$A|tojson(separators=(',', ':'))", "$A|tojson(true, 1, ('; ', ' = '), true)", "$A|default($S)", "$A|default($S, true)", "$A|d('x', boolean=$B)",
            "$S|format($A, $A)", "'%s %s'|format($A, $A)", "'%(a)s %(b)r'|format(a=$A, b=$A)", "$N|filesizeformat", "$N|filesizeformat(true)", "$S|list|join('-')", "$S|reverse", "$L|first", "$L|last", "$S|first", "$S|last", "$S|max", "$S|min",
            "$S.upper()", "$S.lower()", "$S.title()", "$S.translate({97: 'x', 98: none})", "$S.translate('abc'.maketrans('ab', 'xy', 'c'))", "'{a}'.format_map($D)", "$D|xmlattr", "$D|xmlattr($B)", "$S.capitalize()", "$S.swapcase()", "$S.casefold()", "$S.strip()", "$S.strip($S)", "$S.lstrip($S)", "$S.rstrip($S)", "$S.lstrip()", "$S.rstrip()", "$S.replace($S, $S)",
            "$S.replace($S, $S, $K)", "$S.removeprefix($S)", "$S.removesuffix($S)", "$S.center($K)", "$S.center(15, '*')", "$S.ljust(12, '.')", "$S.rjust(12)", "$S.zfill($K)", "$S.zfill(9)", "$S.expandtabs($K)", "$S.expandtabs()",
            "$S.join($L)", "$S.join($S)", "', '.join(words)", "$S.format($A, $A)", "'{} {}'.format($A, $A)", "'{0}{1}{0}'.format($A, $A)", "'{a} {b!r}'.format(a=$A, b=$A)", "'{0[a]} {0.a}'.format($D)", "'{:>{}}'.format($S, $K)",
            "'{:^9}|{:<6}|{:*>7}'.format($S, $S, $S)", "'{:.2f} {:e} {:g}'.format($N, $N, $N)", "'{:05d} {:+d} {:x} {:#b} {:,}'.format($I, $I, $I, $I, $I)", "'{:.3} {:10.4}'.format($S, $S)", "'{:{}}'.format($N, $S)", "'{:08.3f} {:,.1f} {:%}'.format($N, $N, $N)",
            "'{!r:>12} {!s:.2}'.format($A, $A)", "'%s %r' % ($A, $A)", "'%d %i' % ($N, $N)", "'%5d|%-5d|%05d|%+d|% d' % ($I, $I, $I, $I, $I)", "'%x %X %o %#x %#o' % ($I, $I, $I, $I, $I)", "'%.2f %e %g %G' % ($N, $N, $N, $N)",
            "'%5.1f|%-8.3f|%08.2f' % ($N, $N, $N)", "'%s' % $A", "'%10s|%-10s|%.2s' % ($S, $S, $S)", "'%(a)s %(n)d' % d", "'%%%s%%' % $S", "'%c%c' % ($I, $S)", "'%*d' % ($K, $I)", "$S % $A", "$S % ($A, $A)", "'%a' % $S",
            "$A|pprint", "$D|xmlattr", "$S if $B else $S", "$S if $B", "$S or $S", "$S and $S", "caller()", "loop.cycle($S, $S)", "$S.partition($S)[$K]", "$S.split($S)[0]", "$S.split()|last", "strftime_now('%Y-%m-%d %H:%M')",
            "strftime_now('%a %A %b %B %d %j %U %W %y %p %I %-d %e %%')", "$S|map('upper')|join", "($S, $S)|join('/')", "$S.__class__", "$S.format_map($D)", "$S|attr('upper')", "$S|safe + $S", "$S + $S|safe", "$S|e ~ $S|safe", "$S|safe|upper",
            "($S|safe).join($L)", "($S|safe) % $S", "($S|safe).format($S)", "$S|safe|replace($S, $S)", "$S|safe|trim", "$S|safe|string|escape", "$S.encode()|string", "$S.translate({97: 'A', 98: none})", "dict($D).keys()|join(',')", "$S|title|trim",
            "$S|wordcount|string", "joiner(', ')()", "cycler($S, $S).next()", "$S|urlize",
        ],
        ['I'] =
        [
            "$I + $I", "$I - $I", "$I * $I", "$I // $I", "$I % $I", "$K ** 3", "-$I", "+$I", "2 ** $K", "$A|length", "$S|length", "$L|length", "$L|count", "$S|int", "$A|int", "$S|int($K)", "$S|int(base=16)", "$S|int(default=$K, base=$K)", "$F|int", "$N|round|int", "$I|abs",
            "$S|wordcount", "$S.count($S)", "$S.find($S)", "$S.rfind($S)", "$S.index($S)", "$S.find($S, $K, $K)", "$S.count($S, $K)", "$L.index($A)", "$L.count($A)", "loop.index", "loop.index0", "loop.revindex", "loop.length", "loop.depth", "$L|sum", "$M|sum(attribute='age')",
            "$L|sum(start=$N)", "$L|min", "$L|max", "$L[$K]", "$I if $B else $I", "$B + $B", "$I|round(-1)", "$I|round($K, 'floor')", "$S|length + $I", "$I * $B", "$L|first|int", "big * big", "big // $I", "big % $I", "$I.real", "$I.bit_length()", "$N|int|abs",
        ],
        ['F'] =
        [
            "$F + $N", "$N - $F", "$F * $N", "$N / $N", "$F // $N", "$F % $N", "$N ** 0.5", "$F|abs", "-$F", "$S|float", "$A|float", "$S|float($F)", "$N|round", "$N|round(2)", "$F|round($K)", "$F|round(1, 'ceil')", "$F|round(2, method='floor')", "$I / $I", "$F.is_integer()", "$A|float(default=0.5)",
            "$I ** -$K", "$F|int", "1.0 * $I",
        ],
        ['N'] = ["$I", "$F", "$B", "$N * $N", "$N - $N"],
        ['B'] =
        [
            "not $A", "$A == $A", "$A != $A", "$N < $N", "$S <= $S", "$N >= $N > $N", "$L < $L", "$A in $L", "$S in $S", "$A not in $D", "$S in $D", "$B and $B", "$B or $B", "$N == $N != $N", "$S.startswith($S)", "$S.endswith(($S, $S))", "$S.startswith($S, $K)",
            "$S.isdigit()", "$S.isalpha()", "$S.isalnum()", "$S.isspace()", "$S.isupper()", "$S.islower()", "$S.istitle()", "$S.isnumeric()", "$S.isdecimal()", "$S.isidentifier()", "$S.isprintable()", "$S.isascii()",
            "$A is defined", "$A is undefined", "$A is none", "$A is not none", "$A is string", "$A is number", "$A is integer", "$A is float", "$A is boolean", "$A is true", "$A is false", "$A is mapping", "$A is sequence", "$A is iterable", "$A is callable",
            "$A is sameas $A", "$A is sameas(none)", "$A is eq $A", "$A is equalto($A)", "$N is ne $N", "$N is lt $N", "$N is gt($N)", "$N is le 3", "$N is greaterthan 2", "$I is odd", "$I is even", "$I is divisibleby 3", "$N is divisibleby($N)", "$A is in $L", "$S is in $S",
            "$S is lower", "$S is upper", "$A is escaped", "'upper' is filter", "$S is filter", "$S is test", "'eq' is test", "$A is not string", "not $A is defined", "$N is not lt $N", "loop.first", "loop.last", "loop.changed($A)", "$A|default(false)", "$L == $L", "$D == $D",
            "$A is defined and $B", "$A.name is defined", "$D.k is not none", "1 < $N < 10", "$B == $N", "$A is lower", "$N|string is string", "($A, $A) == ($A, $A)", "$S < $S", "$A < $A",
        ],
        ['L'] =
        [
            "$L + $L", "$L * $K", "$L[$K:]", "$L[:$K]", "$L[$K:$K]", "$L[::-1]", "$L[::$K]", "$L|list", "$L|sort", "$L|sort(reverse=true)", "$L|sort(case_sensitive=true)", "$M|sort(attribute='age')", "$M|sort(attribute='name,age', reverse=$B)", "$L|unique|list",
            "$L|unique(case_sensitive=$B)|list", "$M|unique(attribute='age')|list", "$L|reverse|list", "$L|map('string')|list", "$L|map('upper')|list", "$L|map('default', $S)|list", "$L|map('int')|list", "$L|map('length')|list", "$L|map('round', 1)|list", "$L|map('replace', $S, $S)|list",
            "$M|map(attribute='name')|list", "$M|map(attribute='extra.deep', default=$A)|list", "$M|map(attribute='tags.0')|list", "$L|select|list", "$L|select('string')|list", "$L|select('gt', $N)|list", "$L|select('in', $L)|list", "$L|select('divisibleby', 2)|list", "$L|reject('none')|list",
            "$L|reject|list", "$L|reject('equalto', $A)|list", "$M|selectattr('age')|list", "$M|selectattr('name', 'equalto', $S)|list", "$M|selectattr('age', '>', 3)|map(attribute='name')|list", "$M|rejectattr('age')|list", "$M|rejectattr('role', 'in', ['user', 'tool'])|list", "$M|selectattr('extra.deep', 'defined')|list",
            "$M|groupby('age')", "$M|groupby('role')|map('first')|list", "$M|groupby(attribute='age', default=$A)|list", "$L|batch(2)|list", "$L|batch(3, $A)|list", "$L|slice(2)|list", "$L|slice(3, $A)|list", "$D|dictsort", "$D|dictsort(true)", "$D|dictsort(by='value')", "$D|dictsort(false, 'key', true)",
            "$D|items|list", "$D.items()|list", "$D.keys()|list", "$D.values()|list", "$D|list", "$S|list", "$S.split()", "$S.split($S)", "$S.split($S, $K)", "$S.rsplit($S, $K)", "$S.rsplit(none, 1)", "$S.split(maxsplit=$K)", "$S.splitlines()", "$S.splitlines($B)", "$S.partition($S)", "$S.rpartition($S)",
            "[$A, $A]", "[$A]", "($A, $A)", "($A,)", "[$A, [$A], {'k': $A}]", "range($K)|list", "range($K, $K)|list", "range($K, $K, $K)|list", "range($K, $K)", "$L if $B else $L", "$L or $L", "$L|default([])", "$L.copy()", "$D|map('upper')|list", "$L|list|sort|first|list", "$S|batch(3)|map('join')|list",
            "$L|map('tojson')|list", "$L|map('abs')|list", "$L|map('first')|list", "$L|groupby(0)|list", "$M|map('items')|map('list')|list", "$L|sum(start=[])", "$L|select('undefined')|list", "$L|map('string')|sort|list", "$L|map(attribute=0)|list", "$L|sort(attribute=0)", "$L|map('attr', 'name')|list",
            "$L|map('format', $A)|list", "$L|map('e')|list", "$S|select('in', $S)|list", "$L|list|last|list", "d.items", "$M|map(attribute='items')|list", "$L|map('truncate', 3)|list", "dict(a=1)|list", "$L.append($A)", "$L|max(attribute='age')|list", "$D.items()|map('last')|list",
        ],
        ['D'] =
        [
            "{'a': $A, 'b': $A}", "{$A: $A}", "{$S: $A, $S: $A}", "dict(a=$A)", "dict($D, z=$A)", "dict($L)", "dict([('p', $A), ('q', $A)])", "$D or $D", "$D.copy()", "$M|first", "$M|last", "$M[$K]", "$D if $B else $D", "namespace(a=$A, b=$A)", "namespace($D)", "$D.get('a', {})", "{}|default($D, true)", "$D|default({})",
            "{'a': {'b': $A}}", "dict(**$D)", "$M|map('string')|first", "{$I: $A, $N: $A}",
        ],
        ['M'] = ["$M|list", "$M|selectattr('name')|list", "$M + $M", "$M[$K:]", "$M|sort(attribute='age')", "$M|reverse|list", "$M|rejectattr('missing')|list"],
        ['A'] =
        [
            "$S", "$I", "$F", "$B", "$L", "$D", "$M", "$R", "$D.$P", "$D['$P']", "$D.get($S)", "$D.get($S, $A)", "$D[$A]", "$L[$A]", "$A[$A]", "$A.$P", "$A|attr('$P')", "$L|first", "$L|last", "$L|random|default(1)|length", "$A if $A else $A", "$A or $A", "$A and $A", "($A)", "$A|default($A)", "$A|default($A, true)", "$L.0",
            "$A|max", "$M|map(attribute='$P')|first", "loop.previtem", "loop.nextitem", "loop.$P", "varargs", "kwargs", "cycler(1, 2).current", "self.x", "$R($A)", "$R($A, $A)", "$R(a=$A)", "$R(*$L)", "$R(**$D)", "$A|items|list", "lipsum", "$A|string|int", "$D.$P.$P", "$A is $P", "$S.$P", "$S.$P()", "$L.$P", "$L[1, 2]",
            "$D.pop('a')", "$A|list", "not $A", "-$A", "$A + $A", "$A * $A", "$A - $A", "$A / $A", "$A % $A", "$A // $A", "$A ** $K", "$A ~ $A", "$A|tojson|safe", "raise_exception($A)", "$A|count", "$A | reverse | first", "$A in $A", "$A < $A", "$A|sort", "$A|unique|list", "$A|sum", "$A|join(',')", "$A|first",
        ],
    };

    /// <summary>Names for <c>$P</c>: fields, methods, filters and tests, right and wrong.</summary>
    public static readonly string[] Names =
    [
        "a", "b", "n", "name", "age", "role", "content", "tags", "extra", "missing", "items", "keys", "get", "upper", "index", "first", "last", "length", "k", "defined", "none", "string", "even", "sort", "trim", "pop", "update", "append", "__class__", "_private", "real", "count", "copy", "format", "list", "depth0", "cycle",
    ];

    public static readonly string[] Variables = ["x", "y", "item", "ns", "m1", "s", "n", "t", "d", "lst"];

    /// <summary><c>$B…</c> of statements: T text, O one or more statements, Z statements that may be none, H a filter chain, and all of the expressions.</summary>
    public static readonly string[] Statements =
    [
        "{{$-$A$-}}", "{{$-$A$-}}", "{{$-$S$-}}", "{{$-$L$-}}", "{{$-$A, $A$-}}", "{{$-$R$-}}", "{%$-set $V = $A$-%}", "{%$-set $V = $A$-%}$O{{$-$R$-}}", "{%$-set x, y = $A, $A$-%}{{$-$R$-}}", "{%$-set $V = $A, $A$-%}{{$-$R$-}}", "{%$-set $V$-%}$O{%$-endset$-%}{{$-$R$-}}", "{%$-set $V | $H$-%}$O{%$-endset$-%}{{$-$R$-}}",
        "{%$-if $B$-%}$O{%$-endif$-%}", "{%$-if $A$-%}$O{%$-else$-%}$O{%$-endif$-%}", "{%$-if $B$-%}$O{%$-elif $A$-%}$O{%$-elif $B$-%}$O{%$-else$-%}$O{%$-endif$-%}", "{%$-if $A, $A$-%}$O{%$-endif$-%}",
        "{%$-for $V in $L$-%}$O{%$-endfor$-%}", "{%$-for $V in $A$-%}$O{%$-else$-%}$O{%$-endfor$-%}", "{%$-for $V, $V in $D.items()$-%}$O{%$-endfor$-%}", "{%$-for $V in $M if $B$-%}$O{%$-endfor$-%}", "{%$-for $V in $L if $R is defined and $B$-%}{{$-loop.index$-}}:{{$-$R$-}}$O{%$-else$-%}$O{%$-endfor$-%}",
        "{%$-for $V in $L$-%}{%$-if $B$-%}{%$-break$-%}{%$-endif$-%}$O{%$-endfor$-%}", "{%$-for $V in $L$-%}{%$-if $B$-%}{%$-continue$-%}{%$-endif$-%}$O{%$-endfor$-%}", "{%$-for $V in $S$-%}{{$-loop.index0$-}}{{$-$R|upper$-}}{{$-loop.last$-}}{%$-endfor$-%}", "{%$-for $V, ($V, $V) in $A$-%}$O{%$-endfor$-%}",
        "{%$-for $V in nested recursive$-%}{%$-if $R is sequence and $R is not string$-%}[{{$-loop(x)$-}}]{%$-else$-%}{{$-$R$-}}{{$-loop.depth$-}}{%$-endif$-%}{%$-endfor$-%}", "{%$-for x in tree recursive$-%}{{$-x.name$-}}{%$-if x.kids$-%}({{$-loop(x.kids)$-}}){%$-endif$-%}{{$-loop.depth0$-}}{%$-else$-%}none{%$-endfor$-%}",
        "{%$-for $V in $M$-%}{{$-loop.previtem.name if loop.previtem is defined$-}}|{{$-loop.nextitem.role$-}}{{$-loop.cycle('o', 'e')$-}}{{$-loop.changed($R)$-}}{%$-endfor$-%}", "{%$-for $V in $A recursive$-%}$O{%$-endfor$-%}",
        "{%$-set ns = namespace(a=$A, b=$A)$-%}{%$-for $V in $L$-%}{%$-set ns.a = $A$-%}{%$-set ns.b = ns.b ~ loop.index$-%}$O{%$-endfor$-%}{{$-ns.a$-}}{{$-ns.b$-}}", "{%$-set ns.$P = $A$-%}", "{%$-set ns = namespace()$-%}{%$-set ns.acc$-%}$O{%$-endset$-%}{{$-ns.acc$-}}",
        "{%$-macro m1(x, y=$A)$-%}$O{{$-x$-}}{{$-y$-}}{%$-endmacro$-%}{{$-m1($A)$-}}{{$-m1($A, $A)$-}}", "{%$-macro m1(x)$-%}$O{{$-varargs$-}}{{$-kwargs$-}}{%$-endmacro$-%}{{$-m1($A, $A, q=$A)$-}}", "{%$-macro m1(n)$-%}{{$-n$-}}{%$-if n > 0$-%}{{$-m1(n - 1)$-}}{%$-endif$-%}{%$-endmacro$-%}{{$-m1(4)$-}}",
        "{%$-macro m1(x=$A, y=x)$-%}$O{%$-endmacro$-%}{{$-m1()$-}}{{$-m1(y=$A)$-}}{{$-m1.name ~ m1.arguments ~ m1.caller ~ m1.catch_kwargs ~ m1.catch_varargs$-}}", "{%$-macro f1(x)$-%}<{{$-caller(x)$-}}>{%$-endmacro$-%}{%$-call($V) f1($A)$-%}$O{%$-endcall$-%}", "{%$-macro f1()$-%}<{{$-caller()$-}}>{%$-endmacro$-%}{%$-call f1()$-%}$O{%$-endcall$-%}",
        "{%$-macro f1(x)$-%}{{$-caller(x, y=$A) if caller is defined else 'no caller'$-}}{%$-endmacro$-%}{{$-f1($A)$-}}{%$-call(x, y=$A) f1($A)$-%}$O{%$-endcall$-%}", "{%$-macro m1()$-%}$O{%$-endmacro$-%}{{$-m1()|$H$-}}", "{%$-macro m1()$-%}{%$-set s = 'inner'$-%}{{$-s$-}}{%$-endmacro$-%}{{$-m1()$-}}{{$-s$-}}",
        "{%$-filter $H$-%}$O{%$-endfilter$-%}", "{%$-filter $H|$H$-%}$O{%$-endfilter$-%}", "{%$-with $V = $A$-%}$O{%$-endwith$-%}", "{%$-with $V = $A, $V = $A$-%}$O{{$-$R$-}}{%$-endwith$-%}", "{%$-with$-%}{%$-set $V = $A$-%}$O{%$-endwith$-%}{{$-$R$-}}", "{%$-generation$-%}$O{%$-endgeneration$-%}", "{%$-raw$-%}{{ x }}{% y %}{# z #}{%$-endraw$-%}",
        "{#$- $T -#}", "{# {{ $A }} #}", "{%$-do $A$-%}", "{%$-if $B$-%}{%$-set $V = $A$-%}{%$-endif$-%}{{$-$R$-}}", "{%$-for $V in $L$-%}{%$-set acc = loop.index$-%}{%$-endfor$-%}{{$-acc$-}}", "{%$-if $B$-%}{%$-macro m1()$-%}$O{%$-endmacro$-%}{%$-endif$-%}{{$-m1()$-}}", "{%$-set $V = $R$-%}{%$-for $V in $L$-%}{%$-set $V = $R$-%}$O{%$-endfor$-%}{{$-$R$-}}",
        "{%$-block b1$-%}$O{%$-endblock$-%}", "{%$-set $V = $A$-%}{%$-for $V in $L$-%}{%$-block b2 scoped$-%}$O{{$-$R$-}}{%$-endblock$-%}{%$-endfor$-%}{{$-self.b2()$-}}", "{%$-block b3$-%}$O{{$-super is defined$-}}{%$-endblock b3$-%}{{$-self.b3()|$H$-}}{{$-self.b1()$-}}", "{%$-set x = x$-%}{{$-x$-}}", "{%$-for x in x$-%}{{$-x$-}}{%$-endfor$-%}", "{%$-set f1 = joiner('|')$-%}{%$-for $V in $L$-%}{{$-f1()$-}}{{$-$R$-}}{%$-endfor$-%}", "{%$-set f1 = cycler($A, $A)$-%}{{$-f1.next()$-}}{{$-f1.current$-}}{{$-f1.next()$-}}{{$-f1.reset()$-}}", "{%$-print $A$-%}",
        "{%$-macro m1(a, b)$-%}{{$-a ~ b$-}}{%$-endmacro$-%}{{$-m1(*$L)$-}}{{$-m1(**{'b': $A})$-}}{{$-m1(b=1, a=$A)$-}}", "{%$-for $V in $L$-%}{%$-for $V in $L$-%}{{$-loop.index$-}}$O{%$-endfor$-%}{{$-loop.index$-}}{%$-endfor$-%}", "{%$-set loop = 3$-%}{%$-for $V in $L$-%}{{$-loop$-}}{%$-endfor$-%}", "{%$-autoescape true$-%}{{$-$S$-}}{%$-endautoescape$-%}", "{%$-autoescape true$-%}{%$-set $V = $S$-%}{{$-$R$-}}{{$-$L|join(html)$-}}{%$-set $V$-%}<{{$-$R$-}}{%$-endset$-%}{{$-$R$-}}{%$-endautoescape$-%}{{$-$R$-}}",
        "{%$-set $V = 1$-%}{%$-macro m1()$-%}{{$-$R$-}}{%$-endmacro$-%}{%$-set $V = 2$-%}{{$-m1()$-}}{%$-for $V in $L$-%}{{$-m1()$-}}{%$-endfor$-%}", "{%$-for $V in $L$-%}{%$-macro m1()$-%}{{$-$R$-}}{%$-endmacro$-%}{{$-m1()$-}}{%$-endfor$-%}",
    ];

    public static readonly string[] Filters =
        ["upper", "lower", "trim", "title", "capitalize", "indent", "indent(2, true)", "replace($S, $S)", "length", "string", "e", "safe", "escape", "wordcount", "first", "list", "center(20)", "truncate(5)", "int", "tojson", "default('x')", "reverse", "urlencode", "striptags", "wordwrap(10)", "join('-')", "format($A)", "nonsense", "sort", "float"];

    public static readonly string[] Texts = ["text", " ", "\n", "\n\n", "  \n  ", "\t", " {", "}", "%", "a\r\nb", "é👍🏽", "<|x|>\n", "line\n    ", "#", "-", "{ {", "'", "\\n", " \u00a0 ", "\u2028", "# x\n", "x\n   "];

    /// <summary>White space control after a tag begins: mostly none.</summary>
    public static readonly string[] Openings = [" ", " ", " ", " ", " ", "-", "- ", "+", "", "\n", "  \t"];

    /// <summary>And before it ends; <c>+</c> only before <c>%}</c>.</summary>
    public static readonly string[] Closings = [" ", " ", " ", " ", "-", " -", "", "\n", "  \t", "+"];
}
