using System.Numerics;
using System.Text;
using TrlSharp.Templates.Jinja.Expressions;
using TrlSharp.Templates.Jinja.Values;

namespace TrlSharp.Templates.Jinja.Library;

/// <summary><c>str.maketrans</c> and <c>str.translate</c>: characters replaced by what a map holds under their numbers.</summary>
internal static class TextTranslation
{
    /// <summary>A map from the characters of one text to those of another, with those of a third gone; or a map whose keys become numbers.</summary>
    public static MapValue Make(RenderState state, Arguments arguments)
    {
        var bound = arguments.Bind(1, "x", "y", "z");
        if (bound[1] is null)
        {
            if (bound[0] is not MapValue map) throw EvaluationException.Runtime("if you give only one argument to maketrans it must be a dict");
            return MapValue.From(state, map.Entries.Select(e => KeyValuePair.Create(Number(e.Key), e.Value)));
        }

        var (from, to) = (Runes(bound[0]!), Runes(bound[1]!));
        if (from.Count != to.Count) throw EvaluationException.Runtime("the first two maketrans arguments must have equal length");
        var pairs = from.Zip(to, (a, b) => KeyValuePair.Create<Value, Value>(IntegerValue.Of(a.Value), IntegerValue.Of(b.Value)));
        var gone = bound[2] is null ? [] : Runes(bound[2]!).Select(c => KeyValuePair.Create<Value, Value>(IntegerValue.Of(c.Value), NoneValue.Instance));
        return MapValue.From(state, pairs.Concat(gone));
    }

    public static TextValue Translate(RenderState state, TextValue text, Value table) => text.Map((rune, _) =>
    {
        state.Step();
        if (table is not (MapValue or ListValue or TextValue or RangeValue)) throw EvaluationException.Runtime($"'{table.TypeName}' object is not subscriptable");
        return table.Item(IntegerValue.Of(rune.Value)) switch
        {
            null => rune.ToString(),
            NoneValue => "",
            TextValue replacement => Charged(state, replacement.Text),
            var number when Numbers.AsInteger(number) is { } code => Character(code),
            _ => throw EvaluationException.Runtime("character mapping must return integer, None or str"),
        };
    });

    private static string Charged(RenderState state, string text)
    {
        state.Charge(text.Length);
        return text;
    }

    private static string Character(BigInteger code) => code >= 0 && code < 0x110000 && Rune.IsValid((int)code)
        ? new Rune((int)code).ToString()
        : throw EvaluationException.Runtime("character mapping must be in range(0x110000)");

    private static Value Number(Value key) => key switch
    {
        TextValue text when Runes(text) is [var rune] => IntegerValue.Of(rune.Value),
        TextValue => throw EvaluationException.Runtime("string keys in translate table must be of length 1"),
        IntegerValue or BooleanValue => key,
        _ => throw EvaluationException.Runtime("keys in translate table must be strings or integers"),
    };

    private static List<Rune> Runes(Value value) => [.. TextMethods.Text(value, "maketrans").Text.EnumerateRunes()];
}
