using TrlSharp.Benchmarks.Data;
using TrlSharp.Benchmarks.Generation;
using TrlSharp.Benchmarks.Templates;
using TrlSharp.Benchmarks.Tokenization;
using TrlSharp.Benchmarks.Training;

// dotnet run -c Release --project bench/TrlSharp.Benchmarks -- NAME [arguments]
// Every benchmark reports ratios measured in one run: to this machine's matrix-multiplication rate, or to a baseline that runs beside it.
var benchmarks = new SortedDictionary<string, Func<string[], int>>(StringComparer.Ordinal)
{
    ["attention"] = AttentionBenchmark.Run,
    ["cache"] = CacheBenchmark.Run,
    ["decode"] = DecodeBenchmark.Run,
    ["load"] = LoadBenchmark.Run,
    ["masks"] = MaskBenchmark.Run,
    ["memory"] = MemoryBenchmark.Run,
    ["packing"] = PackingBenchmark.Run,
    ["prefixes"] = PrefixesBenchmark.Run,
    ["prepare"] = PrepareBenchmark.Run,
    ["rows"] = RowsBenchmark.Run,
    ["stream"] = StreamBenchmark.Run,
    ["templates"] = TemplatesBenchmark.Run,
    ["tokenizer"] = TokenizerBenchmark.Run,
    ["training"] = TrainingBenchmark.Run,
};

if (args.Length == 0 || !benchmarks.TryGetValue(args[0], out var run))
{
    Console.Error.WriteLine($"usage: NAME [arguments]   names: {string.Join(", ", benchmarks.Keys)}");
    return 2;
}

return run(args[1..]);
