namespace TrlSharp.Templates.Jinja.Statements;

/// <summary>
/// Outside of loops over messages (<c>{{ '[INST] ' + messages[0].content }}</c>) literals belong to the message whose data stand nearest in the same output.
/// </summary>
internal static class NearestOwner
{
    /// <summary>Gives the literals of one output, which nobody owns yet, their owners.</summary>
    public static void Assign(Span<RenderedSpan> runs)
    {
        if (runs.Length < 2) return;
        var before = -1; // the last data so far
        var unowned = false;
        for (var i = 0; i < runs.Length; i++)
        {
            ref readonly var run = ref runs[i];
            unowned |= IsUnowned(run);
            if (run.Origin.Kind != OriginKind.Data) continue;
            if (unowned) Assign(runs, before, i);
            (before, unowned) = (i, false);
        }

        if (unowned && before >= 0) Assign(runs, before, runs.Length);
    }

    /// <summary>Between data, of which one of the two may be missing: fewest characters between; the following message wins a tie, since literals mostly open what follows.</summary>
    private static void Assign(Span<RenderedSpan> runs, int before, int after)
    {
        for (var i = before + 1; i < after; i++)
        {
            ref var run = ref runs[i];
            if (!IsUnowned(run)) continue;
            var follows = before < 0 || (after < runs.Length && runs[after].Start - run.End <= run.Start - runs[before].End);
            run = run with { Owner = runs[follows ? after : before].Origin.Message };
        }
    }

    private static bool IsUnowned(in RenderedSpan run) => run.Origin.Kind == OriginKind.Literal && run.Owner < 0;
}
