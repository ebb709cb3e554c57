using System.Text.Json;
using TrlSharp.Tokenization.PostProcessors;

namespace TrlSharp.Tokenization.Files;

/// <summary>Reads <c>truncation</c> and <c>padding</c>.</summary>
internal static class LengthLimitsReader
{
    /// <summary>The largest fixed length; a file may not ask for an array of any size.</summary>
    private const int LongestPadding = 1 << 24;

    public static LengthLimits Read(JsonFields? truncation, JsonFields? padding)
    {
        var limits = new LengthLimits();
        if (truncation is { } cut)
        {
            // One text is the first of a pair, so that longest_first and only_first say the same; only_second never cuts it.
            var cuts = cut.String("strategy") switch
            {
                "LongestFirst" or "OnlyFirst" => true,
                "OnlySecond" => false,
                var other => throw cut.NotImplemented($"the truncation strategy \"{other}\""),
            };
            limits = limits with { MaxLength = cuts ? cut.Int("max_length") : null, CutsLeft = IsLeft(cut) };
        }

        if (padding is not { } pad) return limits;
        return limits with
        {
            PadTo = pad.Get("strategy") is { ValueKind: JsonValueKind.Object } ? Bounded(pad.Object("strategy").Int("Fixed"), pad) : null,
            PadToMultipleOf = Bounded(pad.OptionalInt("pad_to_multiple_of") ?? 0, pad),
            PadsLeft = IsLeft(pad),
            PadId = pad.Int("pad_id"),
        };
    }

    private static bool IsLeft(JsonFields json) => json.OptionalString("direction") switch
    {
        null or "Right" => false,
        "Left" => true,
        var other => throw json.NotImplemented($"the direction \"{other}\""),
    };

    private static int Bounded(int length, JsonFields json) =>
        length <= LongestPadding ? length : throw new ModelFolderException($"{json.Path} asks for a length of {length}; the limit is {LongestPadding}.");
}
