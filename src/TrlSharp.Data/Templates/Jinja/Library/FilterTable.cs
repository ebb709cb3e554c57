using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Jinja2's filters by name.</summary>
internal static class FilterTable
{
    private static readonly Dictionary<string, Func<RenderState, Arguments, Value>> Filters = Build();

    /// <summary>Filters that exist in Jinja2 but that no chat template can need.</summary>
    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["random"] = "its result differs from render to render",
        ["urlize"] = "it makes HTML links",
        ["xmlattr"] = "it makes HTML attributes",
        ["pprint"] = "it prints for debugging",
    };

    public static bool Exists(string name) => Filters.ContainsKey(name) || Refused.ContainsKey(name);

    public static TemplateException Unknown(string name, int line) => new(TemplateFault.Syntax, line, UnknownText(name));

    /// <summary>Null for one that is unknown or refused: <see cref="Apply"/> says so.</summary>
    public static Func<RenderState, Arguments, Value>? Find(string name) => Filters.GetValueOrDefault(name);

    public static Value Apply(RenderState state, string name, Arguments arguments)
    {
        if (Filters.TryGetValue(name, out var filter)) return filter(state, arguments);
        if (Refused.TryGetValue(name, out var reason)) throw EvaluationException.Refused($"the filter '{name}': {reason}");
        throw EvaluationException.Runtime(UnknownText(name));
    }

    private static string UnknownText(string name) =>
        $"no filter named '{name}'" + (NearestName.Find(name, Filters.Keys) is { } near ? $"; did you mean '{near}'?" : "");

    private static Dictionary<string, Func<RenderState, Arguments, Value>> Build()
    {
        var filters = new Dictionary<string, Func<RenderState, Arguments, Value>>(StringComparer.Ordinal);
        TextFilters.AddTo(filters);
        SequenceFilters.AddTo(filters);
        SelectionFilters.AddTo(filters);
        NumberFilters.AddTo(filters);
        filters["tojson"] = JsonFilter.Apply;
        filters["d"] = filters["default"];
        filters["e"] = filters["escape"];
        filters["count"] = filters["length"];
        return filters;
    }
}
