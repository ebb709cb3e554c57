using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Text;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary>Filters on lists and maps as wholes. Elements pass by reference, so they keep what they are.</summary>
internal static class SequenceFilters
{
    public static void AddTo(Dictionary<string, Func<RenderState, Arguments, Value>> filters)
    {
        filters["join"] = Join;
        filters["reverse"] = (s, a) => Reverse(s, a.Bind(1, "value")[0]!);
        filters["dictsort"] = (s, a) => DictSort(s, a.Bind(1, "value", "case_sensitive", "by", "reverse"));
        filters["sort"] = (s, a) => Sort(s, a.Bind(1, "value", "reverse", "case_sensitive", "attribute"));
        filters["unique"] = (s, a) => Unique(s, a.Bind(1, "value", "case_sensitive", "attribute"));
        filters["min"] = (s, a) => Extreme(s, a.Bind(1, "value", "case_sensitive", "attribute"), -1);
        filters["max"] = (s, a) => Extreme(s, a.Bind(1, "value", "case_sensitive", "attribute"), 1);
        filters["batch"] = (s, a) => Batch(s, a.Bind(2, "value", "linecount", "fill_with"));
        filters["slice"] = (s, a) => Slice(s, a.Bind(2, "value", "slices", "fill_with"));
        filters["groupby"] = (s, a) => GroupBy(s, a.Bind(2, "value", "attribute", "default", "case_sensitive"));
    }

    public static ListValue ToList(RenderState state, Value value)
    {
        if (value is ListValue { IsTuple: false } list) return list;
        var cost = value is TextValue ? SelectionFilters.CostOfCharacter : SelectionFilters.CostOfElement;
        var items = new List<Value>();
        foreach (var item in value.Iterate())
        {
            state.Charge(cost);
            items.Add(item);
        }

        return new([.. items]);
    }

    /// <summary>What values are compared by: text without case unless asked for.</summary>
    private static Func<Value, Value> Key(RenderState state, Value? attribute, bool caseSensitive)
    {
        var getter = attribute is null or NoneValue ? (v => v) : SelectionFilters.Getter(state, attribute);
        return caseSensitive ? getter : v => getter(v) is TextValue text ? TextCasing.Lower(text) : getter(v);
    }

    public static Value First(Value value) =>
        (value is ListValue { Items: var items } ? (items.Length > 0 ? items[0] : null) : value.Iterate().FirstOrDefault()) ?? new UndefinedValue("No first item, sequence was empty.");

    public static Value Last(Value value) => value is LazyValue { IsView: false }
        ? throw EvaluationException.Runtime("'generator' object is not reversible")
        : (value switch
        {
            TextValue text => text.Item(IntegerValue.Of(-1)),
            ListValue { Items: var items } => items.Length > 0 ? items[^1] : null,
            _ => value.Iterate().LastOrDefault(),
        }) ?? new UndefinedValue("No last item, sequence was empty.");

    private static Value Join(RenderState state, Arguments arguments)
    {
        var bound = arguments.Bind(1, "value", "d", "attribute");
        var glue = bound[1] is { } given ? state.Text(given) : TextValue.Empty;
        var items = SelectionFilters.Counted(state, bound[0]!);
        if (bound[2] is not (null or NoneValue)) items = items.Select(SelectionFilters.Getter(state, bound[2]!));
        if (state.Escapes) return TextMethods.JoinEscaped(state, glue, items);
        var output = new TextBuilder();
        var first = true;
        foreach (var item in items)
        {
            var text = state.Text(item);
            state.Charge(text.Text.Length + glue.Text.Length);
            if (!first) output.Append(glue, state.Owner, prompt: false, generation: 0);
            first = false;
            output.Append(text, state.Owner, prompt: false, generation: 0);
        }

        return output.ToValue();
    }

    private static Value Reverse(RenderState state, Value value)
    {
        if (value is not TextValue text)
        {
            if (!value.IsIterable) throw EvaluationException.Runtime("argument must be iterable");
            var reversed = ToList(state, value).Items.Reverse();
            return value is LazyValue { IsView: false } ? new ListValue([.. reversed]) : new LazyValue(reversed, "reversed");
        }

        var length = text.Length;
        return text.Pick(state, length - 1, -1, length);
    }

    public static LazyValue Items(Value value) => LazyValue.Deferred(() => value switch
    {
        UndefinedValue => [],
        MapValue map => map.Entries.Select(e => (Value)ListValue.Pair(e.Key, e.Value)),
        _ => throw EvaluationException.Runtime("Can only get item pairs from a mapping."),
    });

    private static ListValue DictSort(RenderState state, Value?[] bound)
    {
        if (bound[0] is UndefinedValue undefined) throw undefined.Fail();
        if (bound[0] is not MapValue map) throw EvaluationException.Runtime($"'{bound[0]!.TypeName}' object has no attribute 'items'");
        var by = bound[2] is { } given ? TextMethods.Text(given, "dictsort").Text : "key";
        if (by is not ("key" or "value")) throw EvaluationException.Runtime("You can only sort by either \"key\" or \"value\"");
        var key = Key(state, null, bound[1]?.IsTrue ?? false);
        var pairs = map.Entries.Select(e => ListValue.Pair(e.Key, e.Value)).ToList();
        return new([.. Ordered(pairs, p => key(p.Items[by == "key" ? 0 : 1]), bound[3] is { } backwards && Numbers.Argument(backwards, "dictsort") != 0)]);
    }

    private static ListValue Sort(RenderState state, Value?[] bound)
    {
        const int CostOfOrder = 120;
        var caseSensitive = bound[2]?.IsTrue ?? false;
        var items = ToList(state, bound[0]!).Items;
        var reverse = bound[1] is { } backwards && Numbers.Argument(backwards, "sort") != 0;
        // Compared as lists, as in Jinja2: equal keys, undefined ones among them, need no order.
        Value?[] names = bound[3] is TextValue text ? [.. text.Text.Split(',').Select(n => TextValue.Of(n, default))] : [bound[3]];
        var keys = names.Select(n => Key(state, n, caseSensitive)).ToList();
        state.Charge((long)items.Length * CostOfOrder * keys.Count);
        return new([.. Ordered(items, keys.Count == 1 ? keys[0] : v => new ListValue([.. keys.Select(k => k(v))]), reverse, equalFirst: true)]);
    }

    /// <summary>Stable, as Python's sort; reversed too.</summary>
    /// <param name="items">What is sorted.</param>
    /// <param name="key">What is compared.</param>
    /// <param name="reverse">Largest first.</param>
    /// <param name="equalFirst">Keys that are equal need no order (as elements of lists).</param>
    public static IReadOnlyList<T> Ordered<T>(IReadOnlyList<T> items, Func<T, Value> key, bool reverse, bool equalFirst = false)
    {
        var keys = items.Select(key).ToArray();
        if (keys.Length == 1) return items;
        var order = Enumerable.Range(0, items.Count).ToArray();
        var comparer = Comparer<int>.Create((a, b) => equalFirst && ValueEquality.Instance.Equals(keys[a], keys[b]) ? 0 : Comparison.Order(keys[a], keys[b], "<") ?? 0);
        try
        {
            return [.. (reverse ? order.OrderDescending(comparer) : order.Order(comparer)).Select(i => items[i])];
        }
        catch (InvalidOperationException e) when (e.InnerException is EvaluationException inner)
        {
            throw inner;
        }
    }

    private static LazyValue Unique(RenderState state, Value?[] bound)
    {
        var key = Key(state, bound[2], bound[1]?.IsTrue ?? false);
        return LazyValue.Deferred(() => Distinct(SelectionFilters.Counted(state, bound[0]!), key));
    }

    private static IEnumerable<Value> Distinct(IEnumerable<Value> items, Func<Value, Value> key)
    {
        var seen = new HashSet<Value>(ValueEquality.Instance);
        foreach (var item in items)
        {
            var by = key(item);
            ValueEquality.RequireHashable(by);
            if (seen.Add(by)) yield return item;
        }
    }

    private static Value Extreme(RenderState state, Value?[] bound, int sign)
    {
        var key = Key(state, bound[2], bound[1]?.IsTrue ?? false);
        Value? best = null, bestKey = null;
        foreach (var item in SelectionFilters.Counted(state, bound[0]!))
        {
            var by = key(item);
            if (bestKey is null || Comparison.Order(by, bestKey, sign < 0 ? "<" : ">") * sign > 0) (best, bestKey) = (item, by);
        }

        return best ?? new UndefinedValue("No aggregated item, sequence was empty.");
    }

    private static LazyValue Batch(RenderState state, Value?[] bound) => LazyValue.Deferred(() =>
    {
        var size = bound[1]!;
        var items = ToList(state, bound[0]!).Items;
        var batches = new List<Value>();
        if (items.Length > 0 && Comparison.Numeric(IntegerValue.Of(0), size) == 0) batches.Add(new ListValue([])); // as many as 0 are together before the first
        for (var at = 0; at < items.Length;)
        {
            var count = 1;
            while (at + count < items.Length && Comparison.Numeric(IntegerValue.Of(count), size) != 0) count++;
            List<Value> batch = [.. items.Skip(at).Take(count)];
            at += count;
            if (at >= items.Length && bound[2] is not (null or NoneValue) && Comparison.Order(IntegerValue.Of(count), size, "<") < 0)
            {
                var missing = Numbers.Argument(size, "batch") - count;
                const int CostOfElement = 16;
                state.Charge((long)missing * CostOfElement);
                batch.AddRange(Enumerable.Repeat(bound[2]!, missing));
            }

            batches.Add(new ListValue([.. batch]));
        }

        return batches;
    });

    private static LazyValue Slice(RenderState state, Value?[] bound) => LazyValue.Deferred(() =>
    {
        var items = ToList(state, bound[0]!).Items;
        var slices = Numbers.Argument(bound[1]!, "slice");
        if (slices == 0) throw EvaluationException.Runtime("integer division or modulo by zero");
        const int CostOfSlice = 32;
        state.Charge(Math.Max(0L, slices) * CostOfSlice);
        var fill = bound[2] is null or NoneValue ? null : bound[2];
        var (each, extra) = (items.Length / Math.Max(1, slices), items.Length % Math.Max(1, slices));
        return Enumerable.Range(0, Math.Max(0, slices)).Select(i =>
        {
            var start = (i * each) + Math.Min(i, extra);
            var part = items.Skip(start).Take(each + (i < extra ? 1 : 0));
            return (Value)new ListValue(fill is not null && i >= extra ? [.. part, fill] : [.. part]);
        });
    });

    private static ListValue GroupBy(RenderState state, Value?[] bound)
    {
        const int CostOfOrder = 240;
        var getter = SelectionFilters.Getter(state, bound[1]!, bound[2]);
        var caseless = bound[3]?.IsTrue ?? false ? getter : v => getter(v) is TextValue text ? TextCasing.Lower(text) : getter(v);
        var groups = new List<Value>();
        var given = ToList(state, bound[0]!).Items;
        state.Charge((long)given.Length * CostOfOrder);
        var items = Ordered(given, caseless, reverse: false);
        for (var i = 0; i < items.Count;)
        {
            var start = i;
            while (i < items.Count && ValueEquality.Instance.Equals(caseless(items[i]), caseless(items[start]))) i++;
            groups.Add(ListValue.Group(getter(items[start]), new([.. items.Skip(start).Take(i - start)])));
        }

        return new([.. groups]);
    }
}
