using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Methods of <c>list</c> and <c>tuple</c> that do not change it.</summary>
internal static class ListMethods
{
    public static Value? Bind(ListValue list, string name) => name switch
    {
        "index" => new FunctionValue(name, (state, arguments) => Index(Touched(state, list), arguments.Positions(1, 3))),
        "count" => new FunctionValue(name, (state, arguments) =>
        {
            state.Touch(list);
            var wanted = arguments.Positions(1, 1)[0]!;
            return IntegerValue.Of(list.Items.Count(item => ValueEquality.Instance.Equals(item, wanted)));
        }),
        "copy" when !list.IsTuple => new FunctionValue(name, (_, arguments) => { arguments.Bind(0); return list; }),
        _ => null,
    };

    private static ListValue Touched(Expressions.RenderState state, ListValue list)
    {
        state.Touch(list);
        return list;
    }

    private static IntegerValue Index(ListValue list, Value?[] bound)
    {
        var start = Bound(bound[1], 0, list.Items.Length);
        var stop = Bound(bound[2], list.Items.Length, list.Items.Length);
        for (var i = start; i < stop; i++)
            if (ValueEquality.Instance.Equals(list.Items[i], bound[0]!)) return IntegerValue.Of(i);
        throw EvaluationException.Runtime("value is not in the list");
    }

    private static int Bound(Value? value, int missing, int length)
    {
        if (value is null) return missing;
        var at = Numbers.Argument(value, "index");
        return Math.Clamp(at < 0 ? at + length : at, 0, length);
    }
}
