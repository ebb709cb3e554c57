using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Methods of <c>dict</c> that do not change it.</summary>
internal static class MapMethods
{
    public static bool Exists(string name) => Bind(MapValue.Empty, name) is not null;

    public static Value? Bind(MapValue map, string name) => name switch
    {
        "items" => new FunctionValue(name, (state, arguments) => View(state, map, arguments, map.Entries.Select(e => (Value)ListValue.Pair(e.Key, e.Value)), "dict_items")),
        "keys" => new FunctionValue(name, (state, arguments) => View(state, map, arguments, map.Iterate(), "dict_keys")),
        "values" => new FunctionValue(name, (state, arguments) => View(state, map, arguments, map.Entries.Select(e => e.Value), "dict_values")),
        "get" => new FunctionValue(name, (state, arguments) => Get(state, map, arguments)),
        "fromkeys" => new FunctionValue(name, (state, arguments) =>
        {
            var bound = arguments.Positions(1, 2);
            return MapValue.From(state, bound[0]!.Iterate().Select(key => KeyValuePair.Create(key, bound[1] ?? NoneValue.Instance)));
        }),
        "copy" => new FunctionValue(name, (_, arguments) => { arguments.Bind(0); return map; }),
        _ => null,
    };

    private static LazyValue View(RenderState state, MapValue map, Arguments arguments, IEnumerable<Value> items, string typeName)
    {
        const int CostOfEntry = 8;
        state.Charge((long)map.Entries.Count * CostOfEntry);
        arguments.Bind(0);
        return new(items, typeName, isView: true);
    }

    private static Value Get(RenderState state, MapValue map, Arguments arguments)
    {
        if (arguments.Named.Count > 0) throw EvaluationException.Runtime("dict.get() takes no keyword arguments");
        var bound = arguments.Positions(1, 2);
        state.Touch(bound[0]!);
        ValueEquality.RequireHashable(bound[0]!);
        return map.Item(bound[0]!) ?? bound[1] ?? NoneValue.Instance;
    }
}
