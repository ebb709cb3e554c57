using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>A method of <c>str</c>.</summary>
internal delegate Value TextMethod(RenderState state, TextValue text, Arguments arguments);

/// <summary>Methods of <c>str</c>. Parts keep their origins.</summary>
internal static class TextMethods
{
    private static readonly Dictionary<string, TextMethod> Methods = new(StringComparer.Ordinal)
    {
        ["capitalize"] = (_, t, a) => { a.Bind(0); return TextCasing.Capitalize(t); },
        ["casefold"] = (_, t, a) => { a.Bind(0); return TextCasing.Fold(t); },
        ["lower"] = (_, t, a) => { a.Bind(0); return TextCasing.Lower(t); },
        ["upper"] = (_, t, a) => { a.Bind(0); return TextCasing.Upper(t); },
        ["title"] = (_, t, a) => { a.Bind(0); return TextCasing.Title(t); },
        ["swapcase"] = (_, t, a) => { a.Bind(0); return TextCasing.Swap(t); },
        ["strip"] = (_, t, a) => Strip(t, Optional(a.Positions(0, 1)[0], "strip"), left: true, right: true),
        ["lstrip"] = (_, t, a) => Strip(t, Optional(a.Positions(0, 1)[0], "lstrip"), left: true, right: false),
        ["rstrip"] = (_, t, a) => Strip(t, Optional(a.Positions(0, 1)[0], "rstrip"), left: false, right: true),
        ["split"] = (s, t, a) => TextSplitting.Split(s, t, a.Bind(0, "sep", "maxsplit"), fromRight: false),
        ["rsplit"] = (s, t, a) => TextSplitting.Split(s, t, a.Bind(0, "sep", "maxsplit"), fromRight: true),
        ["splitlines"] = (s, t, a) => TextSplitting.Lines(s, t, a.Bind(0, "keepends")[0] is { } keep && Numbers.Argument(keep, "splitlines") != 0),
        ["partition"] = (_, t, a) => TextSplitting.Partition(t, Text(a.Positions(1, 1)[0]!, "partition"), last: false),
        ["rpartition"] = (_, t, a) => TextSplitting.Partition(t, Text(a.Positions(1, 1)[0]!, "rpartition"), last: true),
        ["replace"] = (s, t, a) => Replace(s, t, a.Positions(2, 3)),
        ["removeprefix"] = (_, t, a) => Text(a.Positions(1, 1)[0]!, "removeprefix") is var p && t.Text.StartsWith(p.Text, StringComparison.Ordinal) ? t.Slice(p.Text.Length, t.Text.Length) : t,
        ["removesuffix"] = (_, t, a) => Text(a.Positions(1, 1)[0]!, "removesuffix") is var p && t.Text.EndsWith(p.Text, StringComparison.Ordinal) ? t.Slice(0, t.Text.Length - p.Text.Length) : t,
        ["startswith"] = (_, t, a) => TextSearch.Affix(t.Text, a.Positions(1, 3), "startswith"),
        ["endswith"] = (_, t, a) => TextSearch.Affix(t.Text, a.Positions(1, 3), "endswith"),
        ["find"] = (_, t, a) => IntegerValue.Of(TextSearch.Find(t.Text, a.Positions(1, 3), last: false)),
        ["rfind"] = (_, t, a) => IntegerValue.Of(TextSearch.Find(t.Text, a.Positions(1, 3), last: true)),
        ["index"] = (_, t, a) => TextSearch.Index(t.Text, a.Positions(1, 3), last: false),
        ["rindex"] = (_, t, a) => TextSearch.Index(t.Text, a.Positions(1, 3), last: true),
        ["count"] = (_, t, a) => IntegerValue.Of(TextSearch.Count(t.Text, a.Positions(1, 3))),
        ["join"] = (s, t, a) => Join(s, t, a.Positions(1, 1)[0]!),
        ["center"] = (s, t, a) => TextPadding.Pad(s, t, a.Positions(1, 2), TextPadding.Side.Both),
        ["ljust"] = (s, t, a) => TextPadding.Pad(s, t, a.Positions(1, 2), TextPadding.Side.Right),
        ["rjust"] = (s, t, a) => TextPadding.Pad(s, t, a.Positions(1, 2), TextPadding.Side.Left),
        ["zfill"] = (s, t, a) => TextPadding.ZeroFill(s, t, Numbers.Argument(a.Positions(1, 1)[0]!, "zfill")),
        ["expandtabs"] = (s, t, a) => TextPadding.ExpandTabs(s, t, a.Bind(0, "tabsize")[0] is { } size ? Numbers.Argument(size, "expandtabs") : 8),
        ["format"] = (s, t, a) => StrFormat.Apply(s, t, a),
        ["format_map"] = FormatMap,
        ["encode"] = (s, t, a) => BytesMethods.Encode(s, t, a.Bind(0, "encoding", "errors")),
        ["maketrans"] = (s, _, a) => TextTranslation.Make(s, a),
        ["translate"] = (s, t, a) => TextTranslation.Translate(s, t, a.Positions(1, 1)[0]!),
        ["isalnum"] = Is(TextClasses.IsAlphanumeric),
        ["isalpha"] = Is(TextClasses.IsAlphabetic),
        ["isascii"] = (_, t, a) => { a.Bind(0); return BooleanValue.Of(System.Text.Ascii.IsValid(t.Text)); },
        ["isdecimal"] = Is(TextClasses.IsDecimal),
        ["isdigit"] = Is(TextClasses.IsDigit),
        ["isnumeric"] = Is(TextClasses.IsNumeric),
        ["isspace"] = Is(r => r.IsBmp && PythonText.IsSpace((char)r.Value)),
        ["isprintable"] = (_, t, a) => { a.Bind(0); return BooleanValue.Of(t.Text.EnumerateRunes().All(PythonText.IsPrintable)); },
        ["islower"] = (_, t, a) => { a.Bind(0); return BooleanValue.Of(TextClasses.IsLower(t.Text)); },
        ["isupper"] = (_, t, a) => { a.Bind(0); return BooleanValue.Of(TextClasses.IsUpper(t.Text)); },
        ["istitle"] = (_, t, a) => { a.Bind(0); return BooleanValue.Of(TextClasses.IsTitle(t.Text)); },
        ["isidentifier"] = (_, t, a) => { a.Bind(0); return BooleanValue.Of(TextClasses.IsIdentifier(t.Text)); },
    };

    private const int FewCharacters = 64;

    /// <summary>Each makes two runs.</summary>
    private const int CostOfReplacement = 16;

    /// <summary>A method that exists; null for others.</summary>
    public static TextMethod? Find(string name) => Methods.GetValueOrDefault(name);

    public static Value? Bind(TextValue text, string name)
    {
        if (text.IsMarkup && Escaping.Method(text, name) is { } own) return own;
        if (Methods.TryGetValue(name, out var method)) return new FunctionValue(name, (state, arguments) =>
            {
                state.Charge(text.Text.Length);
                return method(state, text, arguments);
            });
        return null;
    }

    public static TextValue Text(Value value, string function) => value switch
    {
        TextValue text => text,
        UndefinedValue undefined => throw undefined.Fail(),
        _ => throw EvaluationException.Runtime($"{function}: expected str, got {value.TypeName}"),
    };

    public static TextValue Strip(TextValue text, TextValue? characters, bool left, bool right)
    {
        var (start, end) = (0, text.Text.Length);
        if (characters is { Text.Length: > FewCharacters }) characters = Distinct(characters);
        if (left)
            while (start < end && Strips(text.Text, start, characters) is > 0 and var width) start += width;
        if (right)
            while (end > start && Strips(text.Text, Before(text.Text, start, end), characters) is > 0 and var width) end -= width;
        return text.Slice(start, end);
    }

    private static TextValue Distinct(TextValue characters) =>
        new(string.Concat(characters.Text.EnumerateRunes().Distinct().Select(r => r.ToString())), []);

    /// <summary>The words of <c>str.split()</c>: UTF-16 ranges between white space.</summary>
    public static IEnumerable<(int Start, int End)> SplitWords(string text)
    {
        var at = 0;
        while (true)
        {
            while (at < text.Length && PythonText.IsSpace(text[at])) at++;
            if (at >= text.Length) yield break;
            var start = at;
            while (at < text.Length && !PythonText.IsSpace(text[at])) at++;
            yield return (start, at);
        }
    }

    public static TextValue Replace(RenderState state, TextValue text, TextValue old, TextValue replacement, int count)
    {
        var output = new TextBuilder();
        var at = 0;
        if (count < 0) count = int.MaxValue;
        var next = old.Text.Length == 0 ? 0 : text.Text.IndexOf(old.Text, StringComparison.Ordinal);
        while (count-- > 0 && next >= 0)
        {
            state.Charge(next - at + replacement.Text.Length + CostOfReplacement);
            output.Append(text, at, next);
            output.Append(replacement);
            at = next + old.Text.Length;
            if (old.Text.Length > 0) next = text.Text.IndexOf(old.Text, at, StringComparison.Ordinal);
            else if (next >= text.Text.Length) break;
            else next += char.IsSurrogatePair(text.Text, next) && next + 1 < text.Text.Length ? 2 : 1;
        }

        output.Append(text, at, text.Text.Length);
        return output.ToValue(text.IsMarkup);
    }

    private static TextMethod Is(Func<System.Text.Rune, bool> test) => (_, text, arguments) =>
    {
        arguments.Bind(0);
        return BooleanValue.Of(text.Text.Length > 0 && text.Text.EnumerateRunes().All(test));
    };

    /// <summary>On markup, both arguments are escaped first, as markupsafe 2 does; markupsafe 3 leaves the first as it is.</summary>
    private static TextValue Replace(RenderState state, TextValue text, Value?[] bound)
    {
        var (old, replacement) = (Text(bound[0]!, "replace"), Text(bound[1]!, "replace"));
        if (text.IsMarkup) (old, replacement) = (Escaping.Escape(old), Escaping.Escape(replacement));
        return Replace(state, text, old, replacement, bound[2] is { } count ? Numbers.Argument(count, "replace") : -1);
    }

    /// <summary>The filter <c>join</c> where output is escaped: anything marked safe makes all of it so, the rest escaped.</summary>
    public static TextValue JoinEscaped(RenderState state, TextValue glue, IEnumerable<Value> items)
    {
        var texts = items.Select(state.Text).ToList();
        if (!glue.IsMarkup && texts.Exists(text => text.IsMarkup)) glue = Escaping.Escape(glue);
        return Join(state, glue, new ListValue([.. texts]));
    }

    private static TextValue Join(RenderState state, TextValue glue, Value items)
    {
        var output = new TextBuilder();
        var first = true;
        foreach (var item in items.Iterate())
        {
            if (!first) output.Append(glue);
            first = false;
            var text = glue.IsMarkup ? Escaping.Escape(state.Text(item)) : item as TextValue ?? throw EvaluationException.Runtime($"sequence item: expected str instance, {item.TypeName} found");
            state.Charge(text.Text.Length + glue.Text.Length);
            output.Append(text, state.Owner, prompt: false, generation: 0);
        }

        return output.ToValue(glue.IsMarkup);
    }

    /// <summary>The fields are looked up in a map instead of the arguments.</summary>
    private static TextValue FormatMap(RenderState state, TextValue text, Arguments arguments)
    {
        if (arguments.Named.Count > 0) throw EvaluationException.Runtime("format_map() takes no keyword arguments");
        var fields = arguments.Positions(1, 1)[0];
        if (fields is not MapValue && text.Text.AsSpan().IndexOfAny('{', '}') < 0) return text; // nothing is looked up
        if (fields is not MapValue map) throw EvaluationException.Runtime("format_map: the argument must be a mapping");
        state.Charge(map.Length);
        return StrFormat.Apply(state, text, new("format_map", [], [.. map.Entries.Where(e => e.Key is TextValue).Select(e => KeyValuePair.Create(((TextValue)e.Key).Text, e.Value))]));
    }

    private static TextValue? Optional(Value? value, string function) => value is null or NoneValue ? null : Text(value, function);

    private static int Before(string text, int start, int end) => end - 1 - (end - 2 >= start && char.IsSurrogatePair(text, end - 2) ? 1 : 0);

    /// <summary>How many UTF-16 units of the character at a place are stripped; 0 for none.</summary>
    private static int Strips(string text, int at, TextValue? characters)
    {
        var width = at + 1 < text.Length && char.IsSurrogatePair(text, at) ? 2 : 1;
        if (characters is null) return PythonText.IsSpace(text[at]) ? 1 : 0;
        return characters.Text.AsSpan().Contains(text.AsSpan(at, width), StringComparison.Ordinal) ? width : 0;
    }
}
