using TrlSharp.Sequences.Profiles;
using TrlSharp.Tokenization;

namespace TrlSharp.Sequences;

/// <summary>The texts that end a turn: what engines stop at, and what the template itself writes after an answer.</summary>
internal static class StopTexts
{
    public static IReadOnlyList<string> Find(Tokenizer tokenizer, TemplateProfile profile, IReadOnlyList<int> stopIds)
    {
        var stops = new List<string>();
        foreach (var id in stopIds) Add(tokenizer.Decode([id]));
        Add(tokenizer.EosToken);
        var control = tokenizer.AddedTokens.Where(t => t.Special).Select(t => t.Content).ToArray();
        var own = First(control, profile.AfterLastAnswer);
        Add(own);

        // A template that writes nothing after the last answer lends its stop from the header that follows, directly behind the answer.
        if (own is null) Add(control.FirstOrDefault(c => profile.BetweenAnswerAndUser.TrimStart().StartsWith(c, StringComparison.Ordinal)));
        if (own is null) Add(First(control, profile.BetweenCallAndResult));
        return stops;

        void Add(string? stop)
        {
            if (!string.IsNullOrEmpty(stop) && !stops.Contains(stop)) stops.Add(stop);
        }
    }

    private static string? First(string[] control, string text) =>
        control.Where(c => text.Contains(c, StringComparison.Ordinal)).OrderBy(c => text.IndexOf(c, StringComparison.Ordinal)).ThenByDescending(c => c.Length).FirstOrDefault();
}
