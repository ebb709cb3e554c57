using System.Diagnostics;
using System.Globalization;
using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Benchmarks.Generation;

/// <summary>
/// Opening a folder of 2 GB of bfloat16 in several files, in a process of its own: seconds until the model is there, and the growth of memory that is no file's. A second
/// copy of the weights would show as growth by their size.
/// </summary>
internal static class LoadBenchmark
{
    private const string Config = """
        {"model_type": "llama", "vocab_size": 32000, "hidden_size": 2048, "intermediate_size": 5632, "num_hidden_layers": 21, "num_attention_heads": 32,
         "num_key_value_heads": 4, "max_position_embeddings": 2048, "initializer_range": 0.02, "tie_word_embeddings": false}
        """;

    private const string OnlyOpen = "--open";

    // load [--open FOLDER]
    public static int Run(string[] arguments)
    {
        if (arguments is [OnlyOpen, var existing]) return Open(existing);
        var folder = Directory.CreateTempSubdirectory("load-benchmark-").FullName;
        try
        {
            using (var model = CausalLM.Create(ModelConfig.Parse(Config), seed: 1, ScalarType.BFloat16)) ModelFolder.Save(model, folder, new() { ShardSize = 500_000_000 });
            string[] command = [typeof(LoadBenchmark).Assembly.Location, "load", OnlyOpen, folder];
            using var process = Process.Start(Environment.ProcessPath!, Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? command : command[1..]);
            process.WaitForExit();
            return process.ExitCode;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Open(string folder)
    {
        Native.NativeLibraries.EnsureLoaded();
        using (var warm = ones(1)) warm.add_(1); // libtorch's own memory is none of the model's.
        var (before, watch) = (ProcessMemory.Read("RssAnon"), Stopwatch.StartNew());
        using var model = ModelFolder.Load(folder);
        var (seconds, opened) = (watch.Elapsed.TotalSeconds, ProcessMemory.Read("RssAnon"));
        var bytes = model.Parameters.Sum(p => p.Value.numel() * p.Value.element_size());
        using (inference_mode())
        {
            foreach (var (_, value) in model.Parameters)
            {
                using var scope = NewDisposeScope();
                value.max(); // every weight is read once, as the first step of a training run does
            }
        }

        var read = ProcessMemory.Read("RssAnon");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{bytes / 1e9:F2} GB in {Directory.GetFiles(folder, "*.safetensors").Length} files: loaded in {seconds:F3} s; anonymous memory +{(opened - before) / 1e6:F1} MB when loaded, +{(read - before) / 1e6:F1} MB when every weight has been read ({100.0 * (read - before) / bytes:F1} % of the weights)"));
        return 0;
    }
}
