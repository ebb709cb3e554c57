using System.Globalization;
using System.Text;
using TrlSharp.Preparation;
using TrlSharp.Sft.Options;
using TrlSharp.Training;

namespace TrlSharp.Sft;

/// <summary>The README.md of a trained model: what was trained on what, in numbers, with the front matter that model hubs read.</summary>
internal static class ModelCard
{
    public static string Write(SftSettings settings, Account account, RunResult result)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(settings.Training.Training.OutputFolder!)));
        var card = new StringBuilder();
        card.Append("---\nlibrary_name: transformers\npipeline_tag: text-generation\ntags:\n- trlsharp\n- sft\n---\n\n");
        card.Append("# ").Append(name).Append("\n\nSupervised fine-tuning with TrlSharp.\n\n| | |\n|---|---|\n");
        Row(card, "start", Path.GetFileName(Path.TrimEndingDirectorySeparator(settings.Model.Path!)));
        Row(card, "data", string.Join(", ", account.Sources.Select(s => Path.GetFileName(s.Name))));
        Row(card, "trained tokens", settings.Data.Policy?.Name ?? "assistant turns; completions; all of plain text");
        Row(card, "rows read", Number(account.Rows));
        Row(card, "examples", Number(account.Sequences));
        Row(card, "tokens", $"{Number(account.Tokens)}, trained {Number(account.TrainedTokens)}");
        foreach (var (reason, tally) in account.Reasons) Row(card, $"left out: {reason}", Number(tally.Count));
        Row(card, "updates", Number(result.Updates));
        if (result.StoppedEarly is { } stopped) Row(card, "stopped early", stopped);
        Row(card, "mean loss", result.TrainLoss.ToString("F4", CultureInfo.InvariantCulture));

        card.Append("\n## Settings\n\n");
        foreach (var given in settings.Given.Distinct()) card.Append("- `").Append(given).Append("`\n");
        return card.ToString();
    }

    private static void Row(StringBuilder card, string name, string value) => card.Append("| ").Append(name).Append(" | ").Append(value.Replace("|", "\\|", StringComparison.Ordinal)).Append(" |\n");

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
