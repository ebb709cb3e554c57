using TrlSharp.Sequences;

namespace TrlSharp.Inspection;

/// <summary>Groups the tokens of an example for display. Characters that no token covers are context.</summary>
internal static class TokenRuns
{
    public static IReadOnlyList<TokenRun> Of(TokenExplanation e)
    {
        var runs = new List<TokenRun>();
        var at = 0;
        for (var t = 0; t < e.Tokens.Count; t++)
        {
            var (_, start, end) = e.Tokens[t];
            if (end <= at) continue;
            if (start > at) Add(runs, new(at, start, 0, Channel.None));
            var channel = e.Reasons[t] >= 0 ? e.Example.Weights[e.Reasons[t]].Channel : e.Example.Everything ? Channel.Content : Channel.None;
            Add(runs, new(Math.Max(start, at), end, e.Weights[t], e.Weights[t] > 0 ? channel : Channel.None));
            at = end;
        }

        if (at < e.Example.Text.Length) Add(runs, new(at, e.Example.Text.Length, 0, Channel.None));
        return runs;
    }

    private static void Add(List<TokenRun> runs, TokenRun run)
    {
        if (runs.Count > 0 && runs[^1].Weight == run.Weight && runs[^1].Channel == run.Channel) runs[^1] = runs[^1] with { End = run.End };
        else runs.Add(run);
    }
}
