using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>The functions that transformers gives to templates, and those of Jinja2 itself.</summary>
internal static class Globals
{
    private static readonly Dictionary<string, CallableValue> Functions = new(
    [
        Entry("range", (_, a) => Range(a)),
        new("dict", new DictionaryType((s, a) => MakeMap(s, a))),
        Entry("namespace", (s, a) => a.Positional.Length == 0 ? new NamespaceValue(a.Named) : new NamespaceValue(MakeMap(s, a))),
        Entry("raise_exception", (s, a) => throw new EvaluationException(TemplateFault.Rejected, s.Text(a.Bind(1, "message")[0]!).Text)),
        Entry("strftime_now", Now),
        Entry("cycler", (_, a) => a.Named.Count == 0 && a.Positional.Length > 0 ? new CyclerValue(a.Positional) : throw EvaluationException.Runtime("at least one item has to be provided")),
        Entry("joiner", Joiner),
        Entry("lipsum", (_, _) => throw EvaluationException.Refused("the function 'lipsum': its text is random, so that no row could be made twice")),
    ], StringComparer.Ordinal);

    public static Value? Find(string name) => Functions.GetValueOrDefault(name);

    private static KeyValuePair<string, CallableValue> Entry(string name, Func<RenderState, Arguments, Value> body) => new(name, new FunctionValue(name, body));

    private static RangeValue Range(Arguments arguments)
    {
        if (arguments.Named.Count > 0) throw EvaluationException.Runtime("range() takes no keyword arguments");
        var numbers = arguments.Positional.Select(v => v is UndefinedValue undefined ? throw undefined.Fail()
            : Numbers.AsIndex(v) ?? throw EvaluationException.Runtime($"'{v.TypeName}' object cannot be interpreted as an integer")).ToList();
        return numbers switch
        {
            [var stop] => new(0, stop, 1),
            [var start, var stop] => new(start, stop, 1),
            [var start, var stop, var step] => new(start, stop, step),
            _ => throw EvaluationException.Runtime($"range expected 1 to 3 arguments, got {numbers.Count}"),
        };
    }

    private static MapValue MakeMap(RenderState state, Arguments arguments)
    {
        var entries = new List<KeyValuePair<Value, Value>>();
        if (arguments.Positional.Length > 1) throw EvaluationException.Runtime($"dict expected at most 1 argument, got {arguments.Positional.Length}");
        if (arguments.Positional is [UndefinedValue undefined]) throw undefined.Fail(); // Python asks whether it has keys
        if (arguments.Positional is [MapValue map]) entries.AddRange(map.Entries);
        else if (arguments.Positional is [var pairs])
        {
            foreach (var pair in pairs.Iterate())
                entries.Add(pair.Iterate().Take(3).ToList() is [var key, var value] ? KeyValuePair.Create(key, value) : throw EvaluationException.Runtime("dictionary update sequence element has not length 2"));
        }

        entries.AddRange(Named(state, arguments));
        return MapValue.From(state, entries);
    }

    private static IEnumerable<KeyValuePair<Value, Value>> Named(RenderState state, Arguments arguments) =>
        arguments.Named.Select(n => KeyValuePair.Create<Value, Value>(TextValue.Of(n.Key, state.Run), n.Value));

    /// <summary>Nothing at the first call, then the separator.</summary>
    private static FunctionValue Joiner(RenderState state, Arguments arguments)
    {
        var separator = arguments.Bind(0, "sep")[0] ?? TextValue.Of(", ", state.Run);
        var used = false;
        return new("joiner", (_, a) =>
        {
            a.Bind(0);
            (var first, used) = (!used, true);
            return first ? TextValue.Empty : separator;
        });
    }

    private static TextValue Now(RenderState state, Arguments arguments)
    {
        var format = TextMethods.Text(arguments.Bind(1, "format")[0]!, "strftime_now").Text;
        if (state.Now is not { } now)
            throw EvaluationException.Refused("the date: the template asks for it (strftime_now), so the data would depend on the day they are made. Choose a date");
        var text = TimeFormat.Format(now, format);
        return TextValue.Of(text, Runs.Exact(text.Length, new Origin(OriginKind.Builtin, -1, "strftime_now", 0, -1), state.Owner, state.Prompt));
    }
}
