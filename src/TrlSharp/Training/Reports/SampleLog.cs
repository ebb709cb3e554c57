using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrlSharp.Training.Reports;

/// <summary>samples.jsonl: what the model answered while it was trained, one line per prompt and time.</summary>
internal static class SampleLog
{
    public const string Name = "samples.jsonl";
    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Takes back what a run wrote after the checkpoint that it resumes from.</summary>
    public static void Rewind(string folder, int step)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path)) return;
        var kept = File.ReadLines(path).Where(line => StepOf(line) <= step).Select(line => line + "\n").ToList();
        OutputFolder.WriteText(folder, Name, string.Concat(kept));
    }

    public static void Add(string folder, int step, IReadOnlyList<RunSample> samples)
    {
        var lines = samples.Select(s => new JsonObject { ["step"] = step, ["prompt"] = s.Prompt, ["answer"] = s.Answer }.ToJsonString(Readable) + "\n");
        File.AppendAllText(Path.Combine(folder, Name), string.Concat(lines), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    /// <summary>Whole lines only: a killed run may have left half of one.</summary>
    private static int StepOf(string line)
    {
        try
        {
            return (int?)JsonNode.Parse(line)?["step"] ?? int.MaxValue;
        }
        catch (JsonException)
        {
            return int.MaxValue;
        }
    }
}
