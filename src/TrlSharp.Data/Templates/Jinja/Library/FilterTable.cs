using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Jinja2's filters by name.</summary>
internal static class FilterTable
{
    private static readonly Dictionary<string, Func<RenderState, Value, Value>> Plain = new(StringComparer.Ordinal)
    {
        ["length"] = (_, v) => IntegerValue.Of(v.Length),
        ["count"] = (_, v) => IntegerValue.Of(v.Length),
        ["list"] = SequenceFilters.ToList,
        ["first"] = (_, v) => SequenceFilters.First(v),
        ["last"] = (_, v) => SequenceFilters.Last(v),
        ["items"] = (_, v) => SequenceFilters.Items(v),
        ["string"] = TextFilters.Text,
        ["trim"] = (s, v) => TextMethods.Strip(s.Text(v), characters: null, left: true, right: true),
        ["safe"] = (s, v) => s.Text(v).AsMarkup(true),
        ["upper"] = (s, v) => TextCasing.Upper(s.Text(v)),
        ["lower"] = (s, v) => TextCasing.Lower(s.Text(v)),
        ["capitalize"] = (s, v) => TextCasing.Capitalize(s.Text(v)),
        ["tojson"] = JsonFilter.Apply,
    };

    private static readonly Dictionary<string, Func<RenderState, Arguments, Value>> Filters = Build();

    /// <summary>Filters that exist in Jinja2 but that no training data may depend on.</summary>
    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["random"] = "its result differs from render to render, so that no row could be made twice, and the renders of one conversation, compared with each other, would differ",
    };

    public static bool Exists(string name) => Filters.ContainsKey(name) || Refused.ContainsKey(name);

    public static TemplateException Unknown(string name, int line) => new(TemplateFault.Syntax, line, UnknownText(name));

    /// <summary>Null for one that is unknown or refused: <see cref="Apply"/> says so.</summary>
    public static Func<RenderState, Arguments, Value>? Find(string name) => Filters.GetValueOrDefault(name);

    /// <summary>One of the most frequent filters as it is without arguments; null for others.</summary>
    public static Func<RenderState, Value, Value>? FindPlain(string name) => Plain.GetValueOrDefault(name);

    public static Value Apply(RenderState state, string name, Arguments arguments)
    {
        if (Filters.TryGetValue(name, out var filter)) return filter(state, arguments);
        if (Refused.TryGetValue(name, out var reason)) throw EvaluationException.Refused($"the filter '{name}': {reason}");
        throw EvaluationException.Runtime(UnknownText(name));
    }

    /// <summary>How Jinja2 calls the parameter that a filter's input is bound to.</summary>
    private static string InputName(string name) => name switch
    {
        "length" or "count" => "obj",
        "first" or "last" => "seq",
        "string" => "object",
        "upper" or "lower" or "capitalize" => "s",
        _ => "value",
    };

    private static string UnknownText(string name) =>
        $"no filter named '{name}'" + (NearestName.Find(name, Filters.Keys) is { } near ? $"; did you mean '{near}'?" : "");

    private static Dictionary<string, Func<RenderState, Arguments, Value>> Build()
    {
        var filters = new Dictionary<string, Func<RenderState, Arguments, Value>>(StringComparer.Ordinal);
        foreach (var (name, plain) in Plain) filters[name] = (s, a) => plain(s, a.Bind(1, InputName(name))[0]!);
        TextFilters.AddTo(filters);
        SequenceFilters.AddTo(filters);
        SelectionFilters.AddTo(filters);
        NumberFilters.AddTo(filters);
        filters["tojson"] = JsonFilter.ApplyWith;
        filters["xmlattr"] = XmlAttributes.Apply;
        filters["urlize"] = UrlLinks.Apply;
        filters["pprint"] = PrettyPrint.Apply;
        filters["d"] = filters["default"];
        filters["e"] = filters["escape"];
        return filters;
    }
}
