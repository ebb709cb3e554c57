using System.Globalization;
using System.Numerics;
using TrlSharp.Rows;

namespace TrlSharp.Sft.Options;

/// <summary>
/// Values as people write them. Text from a command line becomes what the setting holds, by TRL's rules: <c>true|yes|t|y|1</c> and their opposites for flags,
/// <c>none</c> and <c>null</c> for "not set", JSON for maps, commas for lists.
/// </summary>
internal static class OptionValue
{
    /// <summary>The value in the option's kind.</summary>
    /// <exception cref="ConfigException">It cannot be read as that.</exception>
    public static RowValue Of(SftOption option, RowValue given)
    {
        if (given.IsNull || (given.Kind == RowValueKind.String && given.Text is "none" or "None" or "null" or "NULL"))
        {
            // There it is a value like others.
            if (option.Name == "data_cache") return RowValue.Of("none");
            var optional = option.Default == "null" || option.TrlDefault == "null" || option.Treatment is OptionTreatment.WithoutEffect or OptionTreatment.Refused || option.Name == "max_length";
            return optional ? RowValue.Null : option.Kind is OptionKind.List or OptionKind.Lines ? RowValue.List() : throw Wrong(option, given);
        }

        return option.Kind switch
        {
            OptionKind.Flag => Flag(given),
            OptionKind.Integer => Integer(given),
            OptionKind.Number => Number(given),
            OptionKind.List => List(given),
            OptionKind.Lines => given.Kind == RowValueKind.String ? RowValue.List(given) : List(given),
            OptionKind.Map => MapOf(given) ?? (option.Name == "train" && given.Kind == RowValueKind.String ? given : null),
            OptionKind.Choice => given.Kind == RowValueKind.String && option.Choices.Contains(given.Text) ? given : given is { Kind: RowValueKind.Boolean, Boolean: false } && option.Choices.Contains("no") ? RowValue.Of("no") : null,
            _ => given.Kind is RowValueKind.String ? given : given.Kind is RowValueKind.List or RowValueKind.Map ? null : RowValue.Of(given.ToString()),
        } ?? throw Wrong(option, given);
    }

    /// <summary>Equal, with 1 and 1.0 the same.</summary>
    public static bool Same(RowValue a, RowValue b) => (a.Kind, b.Kind) switch
    {
        (RowValueKind.Integer or RowValueKind.Real, RowValueKind.Integer or RowValueKind.Real) => a.Number().Equals(b.Number()),
        _ => a.Kind == b.Kind && a.ToString() == b.ToString(),
    };

    private static RowValue? Flag(RowValue given) => given.Kind switch
    {
        RowValueKind.Boolean => given,
        RowValueKind.String => given.Text.ToLowerInvariant() switch
        {
            "true" or "yes" or "t" or "y" or "1" => RowValue.True,
            "false" or "no" or "f" or "n" or "0" => RowValue.False,
            _ => null,
        },
        RowValueKind.Integer when given.Integer.IsZero || given.Integer.IsOne => RowValue.Of(given.Integer.IsOne),
        _ => null,
    };

    private static RowValue? Integer(RowValue given) => given.Kind switch
    {
        RowValueKind.Integer when BigInteger.Abs(given.Integer) <= int.MaxValue => given,
        RowValueKind.Real when given.Real == Math.Floor(given.Real) && Math.Abs(given.Real) <= int.MaxValue => RowValue.Of(new BigInteger(given.Real)),
        RowValueKind.String when int.TryParse(given.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => RowValue.Of((BigInteger)number),
        _ => null,
    };

    private static RowValue? Number(RowValue given) => given.Kind switch
    {
        RowValueKind.Integer or RowValueKind.Real => given,
        RowValueKind.String when double.TryParse(given.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => RowValue.Of(number),
        _ => null,
    };

    private static RowValue? List(RowValue given) => given.Kind switch
    {
        RowValueKind.List when given.Items.All(i => i.Kind == RowValueKind.String) => given,
        RowValueKind.String => RowValue.List([.. given.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(RowValue.Of)]),
        _ => null,
    };

    private static RowValue? MapOf(RowValue given)
    {
        if (given.Kind is RowValueKind.Map or RowValueKind.List) return given;
        if (given.Kind != RowValueKind.String) return null;
        try
        {
            return RowValue.Parse(given.Text) is { Kind: RowValueKind.Map or RowValueKind.List } map ? map : null;
        }
        catch (DataException)
        {
            return null;
        }
    }

    private static ConfigException Wrong(SftOption option, RowValue given) => new($"{option.Name} is {given}; wanted: {option.Kind switch
    {
        OptionKind.Flag => "true or false",
        OptionKind.Integer => "a whole number",
        OptionKind.Number => "a number",
        OptionKind.List or OptionKind.Lines => "a list of texts",
        OptionKind.Map => "a map (JSON on the command line)",
        OptionKind.Choice => "one of " + string.Join(", ", option.Choices),
        _ => "a text",
    }}. {option.Help}");
}
