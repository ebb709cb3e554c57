using System.Text.Json;
using TrlSharp.Adapters;
using TrlSharp.Checkpoints;
using TrlSharp.Models;
using TrlSharp.Rows;
using TrlSharp.Sft.Options;

namespace TrlSharp.Conformance.TracesSft;

/// <summary>One recorded run: its settings, what the model saw, and what came out.</summary>
internal sealed class TraceRun
{
    private static readonly string[] Sources = ["dataset", "tokenizer", "template"];
    private static readonly string[] DataSettings = ["max_length", "packing", "packing_strategy", "padding_free", "assistant_only_loss", "completion_only_loss", "truncation_mode"];
    private readonly string _suite;
    private readonly string _folder;

    public TraceRun(string suite, string name)
    {
        (Name, _suite, _folder) = (name, suite, Path.Combine(suite, name));
        Arguments = Json("args.json");
        var run = Arguments.GetProperty("run");
        Architecture = run.GetProperty("arch").GetString()!;
        ResumedFrom = run.GetProperty("resume_from").GetString();
        IsAdapter = run.GetProperty("peft").ValueKind != JsonValueKind.Null;
        EqualTo = run.GetProperty("equal_to").GetString();
        DataKey = string.Join('|', Sources.Select(k => run.GetProperty(k).GetRawText()).Concat(DataSettings.Select(k => Arguments.GetProperty("resolved").GetProperty(k).GetRawText())));
        Steps = Lines("batches.jsonl");
        OwnBatches = [.. Steps.Select(s => s.GetProperty("micro_batches").EnumerateArray().Select(TraceBatch.Read).ToList())];
    }

    public string Name { get; }

    public JsonElement Arguments { get; }

    public string Architecture { get; }

    public string? ResumedFrom { get; }

    public string? EqualTo { get; }

    public bool IsAdapter { get; }

    /// <summary>What decides the content of the prepared rows.</summary>
    public string DataKey { get; }

    /// <summary>Recorded optimizer steps.</summary>
    public IReadOnlyList<JsonElement> Steps { get; }

    /// <summary>What the model saw in them; batches without rows where the recording refers to another run.</summary>
    public IReadOnlyList<List<TraceBatch>> OwnBatches { get; }

    /// <summary>The settings as the command line would read them, with all of TRL's habits.</summary>
    public SftSettings Settings()
    {
        var settings = SftOptionTable.Set(new(), "like_trl", RowValue.Of("all"));
        foreach (var given in Arguments.GetProperty("given").EnumerateObject()) settings = SftOptionTable.Set(settings, given.Name, RowValue.Parse(given.Value.GetRawText()));
        return settings;
    }

    public string InitialFolder => Path.Combine(_suite, "init", Architecture);

    /// <summary>Rows of the raw data set.</summary>
    public int RawRows => File.ReadLines(Path.Combine(_suite, "data", Arguments.GetProperty("run").GetProperty("dataset").GetString() + ".jsonl")).Count();

    /// <summary>The recorded adapter as it was before the first step. Its tensors are named as in PEFT's tree of modules, with the adapter's name in them.</summary>
    public LoraAdapter Attach(CausalLM model)
    {
        var folder = Directory.CreateTempSubdirectory("trace-adapter-").FullName;
        try
        {
            File.Copy(Path.Combine(_folder, "adapter_config.json"), Path.Combine(folder, "adapter_config.json"));
            using var scope = TorchSharp.torch.NewDisposeScope();
            var file = SafetensorsFile.Open(Path.Combine(_folder, "adapter_init.safetensors"));
            SafetensorsWriter.Write(Path.Combine(folder, "adapter_model.safetensors"), file.Entries.Select(e => (e.Name.Replace(".default.", ".", StringComparison.Ordinal), file.Read(e.Name))));
            return LoraAdapter.Load(model, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public bool Has(string file) => File.Exists(Path.Combine(_folder, file));

    public JsonElement Json(string file) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllBytes(Path.Combine(_folder, file)));

    public IReadOnlyList<JsonElement> Lines(string file) => [.. File.ReadLines(Path.Combine(_folder, file)).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
}
