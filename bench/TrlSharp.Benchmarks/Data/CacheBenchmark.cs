using System.Diagnostics;
using System.Globalization;
using TrlSharp.Cache;
using TrlSharp.Packing;
using TrlSharp.Sequences;

namespace TrlSharp.Benchmarks.Data;

/// <summary>
/// <c>cache</c>: writes a million sequences, opens them again, reads all. <c>cache kill N</c>: N child processes that write are killed at random moments; what
/// the next one finds is whole or absent. <c>cache write FOLDER</c> is such a child.
/// </summary>
internal static class CacheBenchmark
{
    private const int Many = 1_000_000;
    private const int Few = 20_000;

    public static int Run(string[] arguments) => arguments switch
    {
        ["write", var folder] => Write(folder),
        ["kill", var times] => Kill(int.Parse(times, CultureInfo.InvariantCulture)),
        _ => Measure(),
    };

    private static int Measure()
    {
        var folder = Directory.CreateTempSubdirectory("trlsharp-cache-").FullName;
        try
        {
            var watch = Stopwatch.StartNew();
            using (new PreparationCache(folder).GetOrAdd("k", () => Sequences(Many), () => "")) Console.WriteLine(Line("prepare and write", watch));
            var file = Path.Combine(folder, "data.jsonl");
            WriteData(file, Many * 1280L);
            watch.Restart();
            var before = Process.GetCurrentProcess().TotalProcessorTime;
            using (var key = new CacheKey("1")) key.AddFile(file).Finish();
            Console.WriteLine(Line($"second start: key of a data file of {new FileInfo(file).Length / 1e9:F2} GB", watch));
            using var data = new PreparationCache(folder).GetOrAdd("k", () => throw new InvalidOperationException(), () => "");
            Console.WriteLine(Line($"open {data.Count} sequences, {data.Tokens} tokens, {new FileInfo(data.File).Length >> 20} MiB", watch));
            var rows = new PackedRows(data, data.Lengths(), new() { RowLength = 4096 });
            Console.WriteLine(Line($"packed into {rows.MeasurePlan(1)!.Rows} rows; second start complete, {(Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds:F2} s of processor time", watch));
            watch.Restart();
            var tokens = data.Sum(s => (long)s.Length);
            Console.WriteLine(Line($"read and check {tokens} tokens", watch));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Real bytes: a hole in a file costs more to read than what was written a moment ago.</summary>
    private static void WriteData(string file, long length)
    {
        var bytes = new byte[1 << 20];
        var random = new SeededRandom(7);
        for (var i = 0; i < bytes.Length; i += sizeof(ulong)) BitConverter.TryWriteBytes(bytes.AsSpan(i), random.NextUInt64());
        using var stream = File.Create(file);
        for (; length > 0; length -= bytes.Length) stream.Write(bytes, 0, (int)Math.Min(length, bytes.Length));
    }

    private static int Write(string folder)
    {
        using var data = new PreparationCache(folder).GetOrAdd("k", () => Sequences(Few), () => "");
        data.Verify();
        return data.Count == Few ? 0 : 1;
    }

    private static int Kill(int times)
    {
        var folder = Directory.CreateTempSubdirectory("trlsharp-cache-").FullName;
        var random = new SeededRandom(1);
        var path = Path.Combine(folder, "k.prepared");
        var (finished, interrupted) = (0, 0);
        try
        {
            // From the start of the program to a little after its end, whatever this machine's speed.
            var watch = Stopwatch.StartNew();
            if (Child(folder, null) != 0) return 1;
            var longest = (int)(1.2 * watch.Elapsed.TotalMilliseconds);
            for (var i = 0; i < times; i++)
            {
                File.Delete(path);
                Child(folder, random.Next(longest));
                using var found = PreparedData.Open(path);
                if (found is null)
                {
                    interrupted++;
                    continue;
                }

                found.Verify();
                if (found.Count != Few) return 1;
                finished++;
            }

            if (Write(folder) != 0 || Directory.GetFiles(folder).Length != 1) return 1;
            Console.WriteLine($"{times} kills: {interrupted} left no data, {finished} whole data, none wrong; the next run removed all leftovers.");
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Child(string folder, int? killAfter)
    {
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["cache", "write", folder]))!;
        if (killAfter is { } milliseconds && !child.WaitForExit(milliseconds)) child.Kill();
        child.WaitForExit();
        return child.ExitCode;
    }

    private static string Line(string what, Stopwatch watch) => string.Create(CultureInfo.InvariantCulture, $"{what}: {watch.Elapsed.TotalSeconds:F2} s");

    private static IEnumerable<TokenSequence> Sequences(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var (tokens, weights) = (new int[200 + (i % 200)], new float[200 + (i % 200)]);
            for (var k = 0; k < tokens.Length; k++) (tokens[k], weights[k]) = (i + k, k % 2);
            yield return new() { Tokens = tokens, Weights = weights, Origin = new("data.jsonl", i + 1) };
        }
    }
}
